package import Foundation

extension CodingUserInfoKey {
    /// Where a strict decoding collects problems; absent when Signalbox reads back what it wrote itself.
    // The raw value is a literal, so the initialiser can't return nil; `flatMap` keeps that claim out of the code.
    static let problems = CodingUserInfoKey(rawValue: "signalbox.problems")
}

/// Reads a document that somebody else wrote: every problem is collected, unknown members and members that are there
/// twice included.
package enum StrictDecoding {
    /// - Returns: the value; when `problems` isn't empty afterwards it holds placeholders and must not be used.
    /// - Throws: `Problem` (`malformed_json`) when `data` is not JSON at all, or is nested too deeply.
    package static func decode<T: Decodable>(_ type: T.Type, from data: Data, problems: ProblemList) throws -> T? {
        do throws(JSONScan.Malformed) {
            for place in try JSONScan(data).duplicates { problems.add(place, "duplicate", "is there more than once") }
        } catch {
            throw Problem(.malformedJSON, "The body is not JSON: \(error.reason).")
        }
        let decoder = JSONDecoder()
        if let key = CodingUserInfoKey.problems { decoder.userInfo[key] = problems }
        do {
            return try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            problems.add(error)
            return nil
        } catch is ProblemList.IsFull {
            return nil
        }
    }
}

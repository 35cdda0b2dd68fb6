import Foundation
import RoutingModel

/// An answer in bytes.
struct RawResponse: Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    /// 0: there is none.
    var status: Int { text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }

    var body: String { text.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n") }

    var json: JSONValue { (try? CanonicalJSON.decode(JSONValue.self, from: body)) ?? .null }

    var code: String? { json["code"]?.text }

    func header(_ name: String) -> String? {
        let head = text.components(separatedBy: "\r\n\r\n").first ?? ""
        for line in head.components(separatedBy: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name.lowercased() { return String(parts[1].dropFirst()) }
        }
        return nil
    }
}

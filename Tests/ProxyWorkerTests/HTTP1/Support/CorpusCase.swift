import Foundation
import Testing

/// One case of the corpus: bytes on a client's connection, and what must become of them.
struct CorpusCase: Decodable, Sendable, CustomTestStringConvertible {
    /// What becomes of one request.
    struct Expectation: Decodable, Sendable {
        /// A `HeadFault`, and the status of the answer.
        var refused: String?
        var status: Int?
        var incomplete: Bool?
        /// The request line and the host that a peer gets.
        var line: String?
        var host: String?
        /// The field lines between Host and those that say who the client is.
        var fields: [String]?
        /// What the client sent for X-Forwarded-For, joined.
        var forwardedFor: String?
        var body: String?
        /// Nil for a body that isn't chunked.
        var trailers: String?
        /// What is matched.
        var path: String?
        var query: String?
        var normal: String?
        var closes: Bool?
        var upgrade: Bool?
        var expects: Bool?
        /// Limits other than the usual.
        var limit: Int?
        var headLimit: Int?

        enum CodingKeys: String, CodingKey {
            case refused, status, incomplete, line, host, fields, forwardedFor = "forwarded_for", body, trailers, path
            case query, normal, closes, upgrade, expects, limit, headLimit = "head_limit"
        }
    }

    let name: String
    let source: String
    /// One character per byte.
    let raw: String
    let expect: [Expectation]

    var testDescription: String { name }

    private struct File: Decodable { let cases: [CorpusCase] }

    /// The cases of a file of the corpus.
    static func load(_ file: String) throws -> [CorpusCase] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let url = folder.appending(path: "../../Corpus/\(file).json").standardized
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases
    }
}

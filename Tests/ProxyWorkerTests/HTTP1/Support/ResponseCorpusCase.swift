import Foundation

/// One case of the corpus of responses: bytes of a peer's connection, and what must become of them.
struct ResponseCorpusCase: Decodable, Sendable {
    /// What becomes of one head, or of the body behind it.
    struct Expectation: Decodable, Sendable {
        /// A `HeadFault`; the client is answered 502.
        var refused: String?
        var incomplete: Bool?
        /// The lines that the client gets.
        var head: [String]?
        /// How the body ends on the peer's connection: `none`, `length 5`, `chunked`, `until close`.
        var framing: String?
        var keepsPeer: Bool?
        var body: String?
        var trailers: String?
        /// Whether the head is passed on without being written anew.
        var untouched: Bool?
        /// Of Keep-Alive.
        var timeout: Int?

        enum CodingKeys: String, CodingKey {
            case refused, incomplete, head, framing, keepsPeer = "keeps_peer", body, trailers, untouched, timeout
        }
    }

    let name: String
    let source: String
    let raw: String
    let expect: [Expectation]
    /// What was asked: `head`, or by an `http10` client; a GET in HTTP/1.1 when nil.
    var to: String?
    /// Whether the peer closes its connection behind the bytes; it does when nil.
    var closed: Bool?

    private struct File: Decodable { let cases: [ResponseCorpusCase] }

    static func load() throws -> [ResponseCorpusCase] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Corpus/responses.json")
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url.standardized)).cases
    }
}

import NIOCore
import Testing

@testable import ProxyWorker

@Suite("Debug tokens")
struct DebugTokenTests {
    private static let text = "a key of these tests"

    private static func accepts(_ token: String, at seconds: Int, key: String = text) throws -> Bool {
        let check = DebugTokenCheck(try #require(DebugKey(key)))
        return Array(token.utf8).withUnsafeBytes { check.accepts($0, at: seconds) }
    }

    private func token(_ expiry: Int = 1_000) throws -> String {
        DebugToken.make(try #require(DebugKey(Self.text)), expiry: expiry)
    }

    @Test("a token is good until it expires, with the key that signed it")
    func lifetime() throws {
        let token = try token()
        #expect(token.hasPrefix("v1.1000."))
        #expect(try Self.accepts(token, at: 999))
        #expect(try !Self.accepts(token, at: 1_000))
        #expect(try !Self.accepts(token, at: 0, key: "another key of these tests"))
        #expect(try Self.accepts(token, at: 0, key: "  \(Self.text)\n"))
    }

    @Test("the signature is the one that RFC 2104 says")
    func known() throws {
        // printf 'v1.1000' | openssl dgst -sha256 -hmac 'a key of these tests'
        #expect(try token() == "v1.1000.f12da150624ff39ed35c34fb4a812f3e93e10b7752bcdaa62c94cee446d2e4d5")
    }

    @Test("nothing else is accepted, whatever its form")
    func others() throws {
        let token = try token()
        for place in token.utf8.indices {
            var bytes = Array(token.utf8)
            bytes[token.utf8.distance(from: token.utf8.startIndex, to: place)] ^= 1
            #expect(try !Self.accepts(String(decoding: bytes, as: UTF8.self), at: 0))
        }
        for length in 0..<token.utf8.count { #expect(try !Self.accepts(String(token.prefix(length)), at: 0)) }
        for other in [
            "\(token)0", "v2\(token.dropFirst(2))", "v1..\(token.suffix(64))", "v1.-1.\(token.suffix(64))",
            "v1.99999999999999999999.\(token.suffix(64))", token.uppercased(),
        ] {
            #expect(try !Self.accepts(other, at: 0))
        }
    }

    @Test("a short key is no key")
    func shortKeys() {
        #expect(DebugKey("") == nil)
        #expect(DebugKey("  fifteen-letters \n") == nil)
        #expect(DebugKey("sixteen-letters!") != nil)
    }

    @Test("the response says what is known, in fields that nobody can break out of")
    func fields() {
        var buffer = ByteBuffer()
        DebugFields(route: "star", group: "g", peer: "n\r\nX: 1~é", bucket: 7, attempts: 2, index: 43)
            .write(into: &buffer)
        #expect(
            String(buffer: buffer) == """
                X-Signalbox-Route: star\r
                X-Signalbox-Group: g\r
                X-Signalbox-Peer: n??X: 1~é\r
                X-Signalbox-Bucket: 7\r
                X-Signalbox-Attempts: 2\r
                X-Signalbox-Index: 43\r

                """)
        buffer.clear()
        DebugFields(index: 1).write(into: &buffer)
        #expect(String(buffer: buffer) == "X-Signalbox-Attempts: 0\r\nX-Signalbox-Index: 1\r\n")
    }
}

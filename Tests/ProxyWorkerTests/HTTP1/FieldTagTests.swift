import Testing

@testable import ProxyWorker

@Suite struct FieldTagTests {
    private func tag(_ name: String) -> FieldTag {
        [UInt8](latin: name).withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { FieldTag($0, bytes.count) } ?? .endToEnd
        }
    }

    @Test("Field names are told apart in any case")
    func tellsFields() {
        let names: [(String, FieldTag)] = [
            ("Connection", .connection), ("Keep-Alive", .keepAlive), ("TE", .te), ("Host", .host),
            ("Content-Length", .contentLength), ("Transfer-Encoding", .transferEncoding), ("Expect", .expect),
            ("Upgrade", .upgrade), ("X-Forwarded-For", .forwardedFor), ("X-Forwarded-Proto", .forwardedProto),
            ("X-Forwarded-Host", .forwardedHost), ("X-Forwarded-Port", .forwarded), ("Forwarded", .forwarded),
            ("X-Real-IP", .realIP), ("Proxy-Connection", .hopByHop), ("HTTP2-Settings", .hopByHop),
            ("X-Signalbox-Debug", .hopByHop),
        ]
        for (name, expected) in names {
            #expect(tag(name) == expected, "\(name)")
            #expect(tag(name.lowercased()) == expected, "\(name)")
            #expect(tag(name.uppercased()) == expected, "\(name)")
            // One byte more, one less, one other.
            #expect(tag("\(name)s") == .endToEnd, "\(name)")
            #expect(tag(String(name.dropLast())) == .endToEnd, "\(name)")
            #expect(tag("\(name.dropLast())~") == .endToEnd, "\(name)")
        }
        #expect(tag("X-Forwarded-Fox") == .endToEnd)
        #expect(tag("Trailer") == .endToEnd)
    }

    @Test("The bit that tells cases apart makes no letters of other characters")
    func comparesLetters() {
        let bytes = [UInt8](latin: "ho\u{13}t x[y k\u{212A}")
        bytes.withUnsafeBufferPointer { pointer in
            guard let base = pointer.baseAddress else { return }
            #expect(!ByteClass.isToken(base, 4, "host"))
            #expect(!ByteClass.isToken(base + 5, 3, "x{y"))
        }
        #expect(tag("ho\u{13}t") == .endToEnd)
    }

    @Test("What may be a token, a host, a target")
    func classes() {
        let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        let host = Set("-._~!$&'()*+,;=%0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(ByteClass.isToken(byte) == token.contains(byte))
            #expect(ByteClass.isHost(byte) == host.contains(byte))
            #expect(ByteClass.isTarget(byte) == ((0x21...0x7E).contains(byte) && byte != UInt8(ascii: "#")))
            let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            #expect(ByteClass.hexValue(byte).map(Int.init) == (byte < 0x80 ? digit : nil))
        }
    }

    @Test("The first control character is found wherever it is")
    func findsControls() {
        for length in 0..<40 {
            for place in 0...length {
                for control in [0, 9, 10, 13, 31, 127] as [UInt8] {
                    var bytes = [UInt8](repeating: UInt8(0x20 + (place * 7) % 0x5F), count: length)
                    // What is around it must not be taken for one.
                    for other in bytes.indices where other % 3 == 0 { bytes[other] = other % 2 == 0 ? 0xFF : 0x80 }
                    if place < length { bytes[place] = control }
                    let found = bytes.withUnsafeBufferPointer { pointer in
                        pointer.baseAddress.map { ByteClass.firstControl($0, from: 0, to: length) } ?? 0
                    }
                    #expect(found == place, "\(bytes)")
                }
            }
        }
    }
}

/// A frame of HTTP/2 as bytes (RFC 9113 section 4.1), right or wrong.
struct Frame: Equatable {
    enum Kind: UInt8 {
        case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    static let endStream: UInt8 = 0x1
    static let ack: UInt8 = 0x1
    static let endHeaders: UInt8 = 0x4

    var kind: UInt8
    var flags: UInt8 = 0
    var stream: Int
    var payload: [UInt8] = []

    init(_ kind: Kind, flags: UInt8 = 0, stream: Int = 0, _ payload: [UInt8] = []) {
        self.init(kind: kind.rawValue, flags: flags, stream: stream, payload: payload)
    }

    init(kind: UInt8, flags: UInt8, stream: Int, payload: [UInt8]) {
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    /// Fields, each as a literal without indexing (RFC 7541 section 6.2.2); values below 127 bytes or long ones alike.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { name, value in [0] + string(Array(name.utf8)) + string(Array(value.utf8)) }
    }

    private static func string(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var length: [UInt8] = [127]
        var rest = bytes.count - 127
        while rest >= 128 {
            length.append(UInt8(rest % 128 + 128))
            rest /= 128
        }
        return length + [UInt8(rest)] + bytes
    }

    static func headers(
        _ stream: Int, _ fields: [(String, String)], end: Bool = true, endHeaders: Bool = true
    ) -> Frame {
        Frame(
            .headers, flags: (end ? endStream : 0) | (endHeaders ? Self.endHeaders : 0), stream: stream, block(fields))
    }

    /// A request's head: `GET path` with further fields.
    static func get(_ stream: Int, _ path: String = "/", _ more: [(String, String)] = []) -> Frame {
        headers(stream, fields("GET", path) + more)
    }

    static func fields(_ method: String, _ path: String) -> [(String, String)] {
        [(":method", method), (":scheme", "http"), (":path", path), (":authority", "star.test")]
    }

    static func data(_ stream: Int, _ bytes: [UInt8], end: Bool = false) -> Frame {
        Frame(.data, flags: end ? endStream : 0, stream: stream, bytes)
    }

    static func windowUpdate(_ stream: Int, _ increment: UInt32) -> Frame {
        Frame(.windowUpdate, stream: stream, bytes(increment))
    }

    static func reset(_ stream: Int, _ code: UInt32 = 8) -> Frame { Frame(.reset, stream: stream, bytes(code)) }

    static func bytes(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }

    var encoded: [UInt8] {
        Array(Self.bytes(UInt32(payload.count))[1...]) + [kind, flags] + Self.bytes(UInt32(stream)) + payload
    }

    /// Of `RST_STREAM` the only, of `GOAWAY` the second number.
    var errorCode: UInt32? {
        switch Kind(rawValue: kind) {
        case .reset where payload.count == 4: Self.number(payload[..<4])
        case .goAway where payload.count >= 8: Self.number(payload[4..<8])
        default: nil
        }
    }

    static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}

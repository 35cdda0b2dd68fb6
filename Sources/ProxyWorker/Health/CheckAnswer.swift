internal import NIOCore

/// Reads from what a peer answers to a check the one thing that counts, its status (RFC 9112 section 4). Pure.
struct CheckAnswer {
    enum Reading: Equatable {
        case incomplete
        case status(Int)
        /// Not HTTP/1.x, or too long a head.
        case bad
    }

    private var head = ByteBuffer()

    /// Bytes that a head may have.
    static let limit = 16 * 1024

    /// Takes in what has come; interim responses (1xx) are passed over.
    mutating func take(_ bytes: inout ByteBuffer) -> Reading {
        head.writeBuffer(&bytes)
        while true {
            guard let length = Self.headLength(head.readableBytesView) else {
                return head.readableBytes > Self.limit || !Self.mayBeHTTP(head.readableBytesView) ? .bad : .incomplete
            }
            guard length <= Self.limit, let status = Self.status(head.readableBytesView) else { return .bad }
            if status >= 200 || status == 101 { return .status(status) }
            head.moveReaderIndex(forwardBy: length)
        }
    }

    /// Bytes up to the end of the empty line; nil when it isn't there yet.
    private static func headLength(_ bytes: ByteBufferView) -> Int? {
        var line = 0
        for (offset, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\n") {
                if line == 0 { return offset + 1 }
                line = 0
            } else if byte != UInt8(ascii: "\r") {
                line += 1
            }
        }
        return nil
    }

    private static let version = Array("HTTP/1.".utf8)

    private static func mayBeHTTP(_ bytes: ByteBufferView) -> Bool {
        zip(bytes, version).allSatisfy { $0 == $1 }
    }

    private static func status(_ bytes: ByteBufferView) -> Int? {
        let line = Array(bytes.prefix(13))
        guard line.count >= 12, line.starts(with: version), line[8] == UInt8(ascii: " ") else { return nil }
        if line.count > 12, ![UInt8(ascii: " "), UInt8(ascii: "\r"), UInt8(ascii: "\n")].contains(line[12]) {
            return nil
        }
        var status = 0
        for byte in line[9..<12] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            status = status * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return (100...599).contains(status) ? status : nil
    }
}

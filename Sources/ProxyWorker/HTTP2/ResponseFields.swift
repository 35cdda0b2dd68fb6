internal import NIOCore
internal import NIOHPACK

/// The head or the trailers of a response of HTTP/1.1 as fields of HTTP/2: names in lower case, without those that belong
/// to a connection (RFC 9113 section 8.2.2).
struct ResponseFields {
    private(set) var status = 0
    private(set) var fields = HPACKHeaders()
    /// How the end of the body is found.
    private(set) var framing = BodyFraming.untilClose

    /// - Parameter head: a status line and fields, each with its line's end.
    init?(head: ByteBuffer) {
        self.init(block: head, hasStatus: true)
    }

    /// - Parameter trailers: fields, each with its line's end.
    init?(trailers: ByteBuffer) {
        self.init(block: trailers, hasStatus: false)
    }

    private init?(block: ByteBuffer, hasStatus: Bool) {
        let isRead = block.withUnsafeReadableBytes { bytes -> Bool in
            var start = 0
            var isFirst = hasStatus
            if hasStatus { fields.reserveCapacity(16) }
            for end in bytes.indices where bytes[end] == 0x0A {
                guard end > start, bytes[end - 1] == 0x0D else { return false }
                let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end - 1])
                guard isFirst ? readStatus(line) : readField(line) else { return false }
                isFirst = false
                start = end + 1
            }
            return start == bytes.count && !isFirst
        }
        guard isRead else { return nil }
    }

    /// `HTTP/1.1 200 OK`
    private mutating func readStatus(_ line: UnsafeRawBufferPointer) -> Bool {
        guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[8] == 0x20 else { return false }
        for digit in line[9..<12] {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return false }
            status = status * 10 + Int(digit - UInt8(ascii: "0"))
        }
        guard status >= 100 else { return false }
        fields.add(name: ":status", value: String(status))
        return true
    }

    private mutating func readField(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return false }
        let name = String(unsafeUninitializedCapacity: colon) { buffer in
            for index in 0..<colon {
                let byte = line[index]
                buffer[index] = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
            }
            return colon
        }
        var value = line[(colon + 1)...]
        while let first = value.first, first == 0x20 || first == 0x09 { value = value.dropFirst() }
        while let last = value.last, last == 0x20 || last == 0x09 { value = value.dropLast() }
        switch name {
        case "connection", "keep-alive", "proxy-connection", "upgrade": return true
        case "transfer-encoding":
            framing = .chunked
            return true
        case "content-length":
            guard (1...18).contains(value.count), value.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
            else { return false }
            if framing != .chunked {
                framing = .length(value.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
            }
        default: break
        }
        fields.add(name: name, value: String(decoding: value, as: UTF8.self))
        return true
    }
}

/// Writes the pieces of a log line to memory that has room for them: whoever makes it sees to that, and nothing is
/// checked on the way. A line is made of some forty pieces, for every request.
struct LogCursor {
    /// Where the next byte goes.
    private(set) var next: UnsafeMutablePointer<UInt8>

    init(_ start: UnsafeMutablePointer<UInt8>) { next = start }

    /// The most that a byte of a field becomes: `\u00ff`.
    static let widest = 6

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        next.pointee = byte
        next += 1
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        next.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        next += text.utf8CodeUnitCount
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        UnsafeMutableRawPointer(next).copyMemory(from: start, byteCount: bytes.count)
        next += bytes.count
    }

    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    /// A whole number that isn't negative.
    /// - Parameter width: shorter ones get zeros in front.
    mutating func append(digits number: Int, atLeast width: Int = 1) {
        var rest = UInt(bitPattern: number)
        var length = 1
        var bound: UInt = 10
        // 20 digits are more than a word holds.
        while rest >= bound, length < 19 {
            bound &*= 10
            length &+= 1
        }
        length = max(length, width)
        for place in stride(from: length - 1, through: 0, by: -1) {
            let tenth = rest / 10
            next[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest &- tenth &* 10)
            rest = tenth
        }
        next += length
    }

    /// Milliseconds with three decimals.
    mutating func append(milliseconds nanoseconds: UInt64) {
        let microseconds = Int(nanoseconds / 1_000)
        append(digits: microseconds / 1_000)
        append(UInt8(ascii: "."))
        append(digits: microseconds % 1_000, atLeast: 3)
    }

    /// A JSON string (RFC 8259 section 7). Bytes that are no UTF-8 stand for the characters of their numbers.
    mutating func append(quoted bytes: UnsafeRawBufferPointer) {
        append(UInt8(ascii: "\""))
        // Without a way out in the middle, so that it is done for many bytes at a time.
        var special: UInt8 = 0
        var all: UInt8 = 0
        for byte in bytes {
            let isSpecial = byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
            special |= isSpecial ? 1 : 0
            all |= byte
        }
        let isUTF8 = all < 0x80 || Self.isUTF8(bytes)
        if special == 0, isUTF8 {
            append(bytes)
        } else {
            for byte in bytes { append(inJSON: byte, isUTF8: isUTF8) }
        }
        append(UInt8(ascii: "\""))
    }

    /// As nginx writes variables: `"`, `\` and whatever isn't printable ASCII as `\xHH`; nothing as `-`.
    mutating func append(escaped bytes: UnsafeRawBufferPointer) {
        if bytes.isEmpty { return append(UInt8(ascii: "-")) }
        var special: UInt8 = 0
        for byte in bytes {
            let isSpecial =
                byte < 0x20 || byte > 0x7E || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            special |= isSpecial ? 1 : 0
        }
        if special == 0 { return append(bytes) }
        for byte in bytes {
            if byte < 0x20 || byte > 0x7E || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                append("\\x")
                append(hexadecimal: byte >> 4, from: UInt8(ascii: "A"))
                append(hexadecimal: byte & 15, from: UInt8(ascii: "A"))
            } else {
                append(byte)
            }
        }
    }

    private mutating func append(inJSON byte: UInt8, isUTF8: Bool) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            append(UInt8(ascii: "\\"))
            append(byte)
        case 0x20..<0x7F: append(byte)
        case 0x80... where isUTF8: append(byte)
        default:
            append("\\u00")
            append(hexadecimal: byte >> 4, from: UInt8(ascii: "a"))
            append(hexadecimal: byte & 15, from: UInt8(ascii: "a"))
        }
    }

    private mutating func append(hexadecimal digit: UInt8, from ten: UInt8) {
        append(digit < 10 ? UInt8(ascii: "0") + digit : ten + digit - 10)
    }

    private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.withMemoryRebound(to: UInt8.self) { (try? UTF8Span(validating: $0.span)) != nil }
    }
}

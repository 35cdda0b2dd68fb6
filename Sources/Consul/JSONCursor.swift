internal import Foundation

/// Goes once over JSON text and picks out of it what is asked for, many times as fast as Foundation's decoder.
///
/// It stops at anything unusual, also at some that is allowed (escapes in names, numbers with a fraction where an
/// integer is wanted): whoever uses it falls back to the decoder then, which also finds the words for what is wrong.
struct JSONCursor {
    struct Unusual: Error {}

    /// How deep values may be nested that are passed over.
    private static let deepest = 64

    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    /// - Parameter bytes: must stay where they are as long as the cursor is used.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The text must be over.
    mutating func end() throws(Unusual) {
        skipBlanks()
        if place < bytes.count { throw Unusual() }
    }

    /// Reads `null`, if it comes next.
    mutating func takeNull() throws(Unusual) -> Bool {
        guard try next() == UInt8(ascii: "n") else { return false }
        try word("null")
        return true
    }

    /// Reads an object.
    /// - Parameter member: must read the member's value, or pass over it.
    mutating func object(
        _ member: (inout JSONCursor, UnsafeRawBufferPointer) throws(Unusual) -> Void
    ) throws(Unusual) {
        try take(UInt8(ascii: "{"))
        if try next() == UInt8(ascii: "}") { return place += 1 }
        while true {
            let name = try rawString()
            if name.hasEscape { throw Unusual() }
            try take(UInt8(ascii: ":"))
            try member(&self, name.bytes)
            if try isLast(UInt8(ascii: "}")) { return }
            guard try next() == UInt8(ascii: "\"") else { throw Unusual() }
        }
    }

    /// Reads an array.
    /// - Parameter element: must read the element, or pass over it.
    mutating func array(_ element: (inout JSONCursor) throws(Unusual) -> Void) throws(Unusual) {
        try take(UInt8(ascii: "["))
        if try next() == UInt8(ascii: "]") { return place += 1 }
        while true {
            try element(&self)
            if try isLast(UInt8(ascii: "]")) { return }
        }
    }

    mutating func string() throws(Unusual) -> String {
        let raw = try rawString()
        if !raw.hasEscape {
            guard let text = String(validating: raw.bytes, as: UTF8.self) else { throw Unusual() }
            return text
        }
        // Rare: the decoder knows all escapes.
        var quoted = Data([UInt8(ascii: "\"")])
        quoted.append(contentsOf: raw.bytes)
        quoted.append(UInt8(ascii: "\""))
        guard let text = try? JSONDecoder().decode(String.self, from: quoted) else { throw Unusual() }
        return text
    }

    /// An integer of at most 18 digits.
    mutating func integer() throws(Unusual) -> Int {
        let isNegative = try next() == UInt8(ascii: "-")
        if isNegative { place += 1 }
        let start = place
        var value = 0
        while place < bytes.count, case let digit = bytes[place], digit >= 0x30, digit <= 0x39 {
            guard place - start < 18 else { throw Unusual() }
            value = value * 10 + Int(digit - 0x30)
            place += 1
        }
        guard place > start, bytes[start] != 0x30 || place == start + 1 else { throw Unusual() }
        guard isOver else { throw Unusual() }
        return isNegative ? -value : value
    }

    /// Passes over a value of any kind.
    mutating func skip() throws(Unusual) { try skip(depth: 0) }

    private mutating func skip(depth: Int) throws(Unusual) {
        guard depth < Self.deepest else { throw Unusual() }
        switch try next() {
        case UInt8(ascii: "{"):
            try object { (cursor, _) throws(Unusual) in try cursor.skip(depth: depth + 1) }
        case UInt8(ascii: "["):
            try array { (cursor) throws(Unusual) in try cursor.skip(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try rawString()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default:
            // Whether it is a number in form is of no interest; that it is nothing else, is.
            let start = place
            while place < bytes.count, Self.isOfNumber(bytes[place]) { place += 1 }
            guard place > start, isOver else { throw Unusual() }
        }
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// Reads a string, as it is written between its quotes.
    private mutating func rawString() throws(Unusual) -> (bytes: UnsafeRawBufferPointer, hasEscape: Bool) {
        try take(UInt8(ascii: "\""))
        let start = place
        var hasEscape = false
        var isASCII = true
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                let text = UnsafeRawBufferPointer(rebasing: bytes[start..<place])
                guard isASCII || String(validating: text, as: UTF8.self) != nil else { throw Unusual() }
                place += 1
                return (text, hasEscape)
            case UInt8(ascii: "\\"):
                hasEscape = true
                place += 2
            case 0..<0x20: throw Unusual()
            case 0x80...: isASCII = false; place += 1
            default: place += 1
            }
        }
        throw Unusual()
    }

    /// After an element: whether it was the last.
    private mutating func isLast(_ closing: UInt8) throws(Unusual) -> Bool {
        let byte = try next()
        guard byte == closing || byte == UInt8(ascii: ",") else { throw Unusual() }
        place += 1
        if byte == closing { return true }
        // Nothing may follow the last comma but an element.
        if try next() == closing { throw Unusual() }
        return false
    }

    /// Whether a number may end here.
    private var isOver: Bool {
        guard place < bytes.count else { return true }
        switch bytes[place] {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x0A, 0x0D, 0x09: return true
        default: return false
        }
    }

    /// The next byte that isn't blank; it isn't taken.
    private mutating func next() throws(Unusual) -> UInt8 {
        skipBlanks()
        guard place < bytes.count else { throw Unusual() }
        return bytes[place]
    }

    private mutating func take(_ byte: UInt8) throws(Unusual) {
        guard try next() == byte else { throw Unusual() }
        place += 1
    }

    private mutating func word(_ word: StaticString) throws(Unusual) {
        for offset in 0..<word.utf8CodeUnitCount {
            guard place + offset < bytes.count, bytes[place + offset] == word.utf8Start[offset] else { throw Unusual() }
        }
        place += word.utf8CodeUnitCount
    }

    private mutating func skipBlanks() {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x0A, 0x0D, 0x09: place += 1
            default: return
            }
        }
    }
}

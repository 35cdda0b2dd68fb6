/// A place in a JSON text (RFC 8259) that moves on over it: what is the same for everybody who reads JSON strictly.
struct JSONCursor {
    enum ValueKind { case object, array, scalar }

    let bytes: ArraySlice<UInt8>
    /// An index of `bytes`, or its end.
    private(set) var place: Int

    /// - Throws: for bytes that are no UTF-8 (section 8.1).
    init(_ bytes: ArraySlice<UInt8>) throws(JSONScan.Malformed) {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw JSONScan.Malformed(reason: "it is not UTF-8")
        }
        self.bytes = bytes
        place = bytes.startIndex
    }

    /// What begins here, after blanks; the cursor stands on its first byte then.
    mutating func valueKind() throws(JSONScan.Malformed) -> ValueKind {
        skipBlanks()
        guard let next else { throw malformed("it ends too early") }
        switch next {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        default: return .scalar
        }
    }

    /// Passes over a string, a number, `true`, `false` or `null`.
    mutating func scalar() throws(JSONScan.Malformed) {
        switch next {
        case UInt8(ascii: "\""): _ = try string(keeping: false)
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try number()
        default: throw malformed("a value is missing")
        }
    }

    /// Passes over a member's name and the colon.
    /// - Returns: the name without escapes, or nothing when it isn't kept.
    mutating func memberName(keeping: Bool) throws(JSONScan.Malformed) -> String {
        skipBlanks()
        guard next == UInt8(ascii: "\"") else { throw malformed("a member's name is missing") }
        let name = try string(keeping: keeping)
        guard take(":") else { throw malformed("a colon is missing") }
        return name
    }

    /// Passes over the byte here.
    mutating func skip() { place += 1 }

    /// - Throws: when more than blanks follows.
    mutating func end() throws(JSONScan.Malformed) {
        skipBlanks()
        if place < bytes.endIndex { throw malformed("something follows the document") }
    }

    private mutating func word(_ word: String) throws(JSONScan.Malformed) {
        guard bytes[place...].starts(with: word.utf8) else { throw malformed("a value is missing") }
        place += word.utf8.count
    }

    private mutating func number() throws(JSONScan.Malformed) {
        if next == UInt8(ascii: "-") { place += 1 }
        if next == UInt8(ascii: "0") { place += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            place += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            place += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
            try digits()
        }
    }

    private mutating func digits() throws(JSONScan.Malformed) {
        let start = place
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
        if place == start { throw malformed("a digit is missing") }
    }

    /// - Returns: the string's value, or nothing when it isn't kept.
    private mutating func string(keeping: Bool) throws(JSONScan.Malformed) -> String {
        var text: [UInt8] = []
        place += 1
        while true {
            let start = place
            passPlain()
            if keeping { text += bytes[start..<place] }
            switch next {
            case UInt8(ascii: "\""):
                place += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                let scalar = try escape()
                if keeping { text += Array(String(scalar).utf8) }
            case nil: throw malformed("a string is not closed")
            default: throw malformed("a control character stands in a string")
            }
        }
    }

    /// Passes over what stands for itself in a string: most of a text's bytes, so this is where reading takes its time.
    private mutating func passPlain() {
        let first = bytes.startIndex
        place = bytes.withUnsafeBufferPointer { buffer in
            var offset = place - first
            while offset < buffer.count, buffer[offset] >= 0x20, buffer[offset] != UInt8(ascii: "\""),
                buffer[offset] != UInt8(ascii: "\\")
            {
                offset += 1
            }
            return first + offset
        }
    }

    private mutating func escape() throws(JSONScan.Malformed) -> Unicode.Scalar {
        place += 1
        guard let byte = next else { throw malformed("a string is not closed") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try hexadecimal()
            if let scalar = Unicode.Scalar(first) { return scalar }
            // Section 8.2: half a surrogate pair is no character, and nobody knows what others make of it.
            guard first < 0xDC00, next == UInt8(ascii: "\\"), place + 1 < bytes.endIndex,
                bytes[place + 1] == UInt8(ascii: "u")
            else { throw malformed("half a surrogate pair stands in a string") }
            place += 2
            let second = try hexadecimal()
            guard (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00))
            else { throw malformed("half a surrogate pair stands in a string") }
            return scalar
        default: throw malformed("a string has an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(JSONScan.Malformed) -> UInt32 {
        guard place + 4 <= bytes.endIndex, bytes[place..<place + 4].allSatisfy(Self.isHexadecimal),
            let value = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
        else { throw malformed("a string has an unknown escape") }
        place += 4
        return value
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            return true
        default: return false
        }
    }

    private var next: UInt8? { place < bytes.endIndex ? bytes[place] : nil }

    /// Passes over blanks and then over `character`, if it is that.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard next.map({ Unicode.Scalar($0) == character }) == true else { return false }
        place += 1
        return true
    }

    mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { place += 1 }
    }

    /// The error at this place; `what` is a phrase.
    func malformed(_ what: String) -> JSONScan.Malformed {
        let before = bytes[..<place]
        let line = before.count { $0 == 0x0A } + 1
        let column = place - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? bytes.startIndex) + 1
        return JSONScan.Malformed(reason: "\(what) at line \(line), column \(column)")
    }
}

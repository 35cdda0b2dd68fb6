/// Reads JSON of the plain kind that programs write: no escapes in strings, whole numbers that aren't negative. Gives up
/// on everything else, so that somebody else can say what is wrong with it, if anything is. Not to be kept longer than
/// its bytes.
struct PlainJSON {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0

    struct NotPlain: Error {}

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Reads an object; `member` has to read each value by its name, whose bytes it gets.
    mutating func object(_ member: (inout PlainJSON, Range<Int>) throws(NotPlain) -> Void) throws(NotPlain) {
        try take(UInt8(ascii: "{"))
        if passes(UInt8(ascii: "}")) { return }
        repeat {
            let name = try range()
            try take(UInt8(ascii: ":"))
            try member(&self, name)
        } while passes(UInt8(ascii: ","))
        try take(UInt8(ascii: "}"))
    }

    /// Reads an array of at most `limit` elements.
    mutating func array(limit: Int, _ element: (inout PlainJSON) throws(NotPlain) -> Void) throws(NotPlain) {
        try take(UInt8(ascii: "["))
        if passes(UInt8(ascii: "]")) { return }
        var count = 0
        repeat {
            count += 1
            guard count <= limit else { throw NotPlain() }
            try element(&self)
        } while passes(UInt8(ascii: ","))
        try take(UInt8(ascii: "]"))
    }

    mutating func string() throws(NotPlain) -> String { try text(range()) }

    /// At most 15 digits.
    mutating func integer() throws(NotPlain) -> Int {
        skipBlanks()
        let start = place
        var value = 0
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            guard place - start < 15 else { throw NotPlain() }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            place += 1
        }
        // A leading zero is no JSON.
        guard place > start, bytes[start] != UInt8(ascii: "0") || place == start + 1 else { throw NotPlain() }
        return value
    }

    mutating func bool() throws(NotPlain) -> Bool {
        skipBlanks()
        for (word, value) in [("true", true), ("false", false)] as [(StaticString, Bool)] where starts(with: word) {
            place += word.utf8CodeUnitCount
            return value
        }
        throw NotPlain()
    }

    /// - Throws: when more than blanks follows.
    mutating func end() throws(NotPlain) {
        skipBlanks()
        guard place == bytes.count else { throw NotPlain() }
    }

    /// Whether the bytes at `range` are these.
    func isText(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count where bytes[range.lowerBound + offset] != word.utf8Start[offset] { return false }
        return true
    }

    /// - Throws: for bytes that are no UTF-8.
    func text(_ range: Range<Int>) throws(NotPlain) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else { throw NotPlain() }
        return text
    }

    /// Passes over a string.
    private mutating func range() throws(NotPlain) -> Range<Int> {
        try take(UInt8(ascii: "\""))
        let start = place
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20, byte != UInt8(ascii: "\\") else { throw NotPlain() }
            place += 1
        }
        guard place < bytes.count else { throw NotPlain() }
        defer { place += 1 }
        return start..<place
    }

    private func starts(with word: StaticString) -> Bool {
        let end = place + word.utf8CodeUnitCount
        return end <= bytes.count && isText(place..<end, word)
    }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ byte: UInt8) throws(NotPlain) {
        guard passes(byte) else { throw NotPlain() }
    }

    private mutating func passes(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard next == byte else { return false }
        place += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }
}

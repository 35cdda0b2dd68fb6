/// The name of a header, compared with names in any case; or of a cookie or parameter, compared as it is.
struct HeaderName: BitwiseCopyable {
    /// Of a header in lower case.
    let bytes: ByteText
    /// For each byte the bit that makes a letter lower case; 0 where it is no letter.
    private let masks: ByteText
    /// Whether its values are joined as cookies are.
    let isCookie: Bool

    /// - Parameter memory: keeps the bytes.
    init(_ name: String, isHeader: Bool, in memory: CompiledMemory) {
        let name = isHeader ? name.lowercased() : name
        bytes = memory.bytes(name.utf8)
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        masks = isHeader ? memory.bytes(name.utf8.map { letters.contains($0) ? 0x20 : 0 }) : bytes
        isCookie = isHeader && name == "cookie"
    }

    /// Whether the name at `start`, which is as long as this one, is the same.
    @inline(__always)
    func matches(_ start: UnsafeRawPointer) -> Bool {
        guard let mine = bytes.baseAddress, let mask = masks.baseAddress else { return true }
        let count = bytes.count
        if count >= 8 {
            var place = 0
            while place + 8 < count {
                guard Self.isSame(start, mask, mine, at: place, as: UInt64.self) else { return false }
                place += 8
            }
            return Self.isSame(start, mask, mine, at: count - 8, as: UInt64.self)
        }
        if count >= 4 {
            return Self.isSame(start, mask, mine, at: 0, as: UInt32.self)
                && Self.isSame(start, mask, mine, at: count - 4, as: UInt32.self)
        }
        for place in 0..<count where !Self.isSame(start, mask, mine, at: place, as: UInt8.self) { return false }
        return true
    }

    @inline(__always)
    private static func isSame<Word: FixedWidthInteger & BitwiseCopyable>(
        _ name: UnsafeRawPointer, _ mask: UnsafeRawPointer, _ mine: UnsafeRawPointer, at place: Int, as: Word.Type
    ) -> Bool {
        (name + place).loadUnaligned(as: Word.self) | (mask + place).loadUnaligned(as: Word.self)
            == (mine + place).loadUnaligned(as: Word.self)
    }
}

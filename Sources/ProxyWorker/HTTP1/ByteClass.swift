/// Which bytes may stand where in a message's head.
enum ByteClass {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let hash = UInt8(ascii: "#")
    static let percent = UInt8(ascii: "%")
    static let comma = UInt8(ascii: ",")
    static let dot = UInt8(ascii: ".")
    static let slash = UInt8(ascii: "/")
    static let zero = UInt8(ascii: "0")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let question = UInt8(ascii: "?")
    static let star = UInt8(ascii: "*")

    /// RFC 9110 section 5.6.2: letters, digits and ``!#$%&'*+-.^_`|~``.
    @inline(__always) static func isToken(_ byte: UInt8) -> Bool {
        member(byte, 0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE)
    }

    /// RFC 3986 section 3.2.2: unreserved, sub-delims and what begins an escape; not what IP literals and ports use.
    @inline(__always) static func isHost(_ byte: UInt8) -> Bool {
        member(byte, 0x2BFF_7FF2_0000_0000, 0x47FF_FFFE_87FF_FFFE)
    }

    /// Printable US-ASCII but `#`: a fragment is no part of a target, and bytes beyond ASCII mean something else to
    /// every server.
    @inline(__always) static func isTarget(_ byte: UInt8) -> Bool { byte &- 0x21 < 0x5E && byte != hash }

    @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }

    /// Nil for what is no hexadecimal digit.
    @inline(__always) static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte &- zero }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter &+ 10 : nil
    }

    /// Whether the byte's bit is set in the one of both masks that is for it; none is for bytes from 0x80 on.
    @inline(__always) private static func member(_ byte: UInt8, _ low: UInt64, _ high: UInt64) -> Bool {
        byte < 0x80 && ((byte < 0x40 ? low : high) &>> UInt64(byte & 0x3F)) & 1 != 0
    }

    /// The first place from `start` on whose byte is a control character (below 0x20, the tab too, or 0x7F); `end`
    /// when there is none. Eight bytes at a time.
    @inline(__always) static func firstControl(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
        var place = start
        let words = UnsafeRawPointer(bytes)
        while place &+ 8 <= end {
            let word = UInt64(littleEndian: words.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            let deletes = word ^ 0x7F7F_7F7F_7F7F_7F7F
            // The lowest bit that these give is right; those above it may be carried over from it.
            let hits =
                ((word &- 0x2020_2020_2020_2020) & ~word | (deletes &- 0x0101_0101_0101_0101) & ~deletes)
                & 0x8080_8080_8080_8080
            if hits != 0 { return place &+ hits.trailingZeroBitCount &>> 3 }
            place &+= 8
        }
        while place < end {
            if bytes[place] < 0x20 || bytes[place] == 0x7F { return place }
            place &+= 1
        }
        return end
    }

    /// Whether there is a tab between a field's value and the end of its line. It belongs to neither by the grammar, but
    /// many readers take it for a part of the value.
    @inline(__always) static func hasTab(behind value: UnsafePointer<UInt8>) -> Bool {
        var place = value
        while place.pointee == space { place += 1 }
        return place.pointee == tab
    }

    /// Whether the bytes are `lowercased` in any case. Right for tokens: of other bytes some would be taken for
    /// letters.
    @inline(__always) static func isToken(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, _ lowercased: StaticString
    ) -> Bool {
        guard count == lowercased.utf8CodeUnitCount else { return false }
        let expected = lowercased.utf8Start
        for place in 0..<count {
            let byte = bytes[place]
            let letter = byte &- 0x41 < 26 ? byte | 0x20 : byte
            if letter != expected[place] { return false }
        }
        return true
    }

    /// Whether both are the same token in any case.
    static func isSameToken(
        _ first: UnsafePointer<UInt8>, _ second: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        for place in 0..<count {
            let (one, other) = (first[place], second[place])
            if (one &- 0x41 < 26 ? one | 0x20 : one) != (other &- 0x41 < 26 ? other | 0x20 : other) { return false }
        }
        return true
    }

    /// Whether the `count` bytes are `expected`, case included.
    @inline(__always) static func isSameBytes(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, _ expected: StaticString
    ) -> Bool {
        guard count == expected.utf8CodeUnitCount else { return false }
        for place in 0..<count where bytes[place] != expected.utf8Start[place] { return false }
        return true
    }
}

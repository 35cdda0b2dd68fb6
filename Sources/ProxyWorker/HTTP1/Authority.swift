/// A host with or without a port, as it stands in Host and in targets in absolute form (RFC 3986 section 3.2). Trivial.
struct Authority: Hashable {
    /// Bytes of a host; names end at 253 (RFC 1035).
    static let longestHost = 255

    /// Bytes from the beginning that are the host: without port and final dot, with the brackets of a literal.
    let hostCount: Int
    let hasUpperCase: Bool
    let isLiteral: Bool

    /// Nil for what is none: empty, with user information (RFC 9110 section 4.2.4), with anything but digits for a
    /// port.
    @inline(__always) init?(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        var place = 0
        var upper = false
        let isLiteral = count > 0 && bytes[0] == UInt8(ascii: "[")
        if isLiteral {
            guard let end = Self.literalEnd(bytes, count) else { return nil }
            place = end
            upper = true
        } else {
            while place < count, ByteClass.isHost(bytes[place]) {
                let byte = bytes[place]
                if byte &- 0x41 < 26 { upper = true }
                if byte == ByteClass.percent {
                    guard place &+ 2 < count, ByteClass.hexValue(bytes[place &+ 1]) != nil,
                        ByteClass.hexValue(bytes[place &+ 2]) != nil
                    else { return nil }
                }
                place &+= 1
            }
        }
        var host = place
        if place < count {
            guard bytes[place] == ByteClass.colon, count &- place <= 6 else { return nil }
            var port = place &+ 1
            while port < count {
                guard ByteClass.isDigit(bytes[port]) else { return nil }
                port &+= 1
            }
        }
        if host > 0, bytes[host &- 1] == ByteClass.dot { host &-= 1 }
        guard host > 0, host <= Self.longestHost else { return nil }
        hostCount = host
        hasUpperCase = upper
        self.isLiteral = isLiteral
    }

    /// The place behind the closing bracket.
    private static func literalEnd(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        var place = 1
        while place < count, bytes[place] != UInt8(ascii: "]") {
            guard ByteClass.isHost(bytes[place]) || bytes[place] == ByteClass.colon else { return nil }
            place += 1
        }
        return place > 1 && place < count ? place + 1 : nil
    }
}

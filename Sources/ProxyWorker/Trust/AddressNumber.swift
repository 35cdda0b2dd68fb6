#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// An IP address as a number. One of IPv4 is its IPv4-mapped address of IPv6 (RFC 4291 section 2.5.5.2), so that it
/// doesn't matter by which of the two a client has come.
struct AddressNumber: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// Nil for anything but an address: no port, no zone, no brackets.
    init?(_ text: UnsafeRawBufferPointer) {
        guard text.count > 1, text.count < 46 else { return nil }
        let parsed = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 46) { room -> (UInt64, UInt64)? in
            for place in 0..<text.count { room[place] = CChar(bitPattern: text[place]) }
            room[text.count] = 0
            // In network byte order, as `in_addr` and `in6_addr` have them.
            var four: UInt32 = 0
            if inet_pton(AF_INET, room.baseAddress, &four) == 1 {
                return (0, 0xFFFF_0000_0000 | UInt64(UInt32(bigEndian: four)))
            }
            var six: (UInt64, UInt64) = (0, 0)
            guard inet_pton(AF_INET6, room.baseAddress, &six) == 1 else { return nil }
            return (UInt64(bigEndian: six.0), UInt64(bigEndian: six.1))
        }
        guard let parsed else { return nil }
        (high, low) = parsed
    }

    init?(_ text: String) {
        var text = text
        guard let parsed = text.withUTF8({ AddressNumber(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = parsed
    }

    /// In an IPv4 network, or a client of IPv4.
    var isIPv4: Bool { high == 0 && low &>> 32 == 0xFFFF }

    /// The canonical text (RFC 5952 for IPv6).
    var text: [UInt8] {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 46) { room in
            let written: UnsafePointer<CChar>?
            if isIPv4 {
                var four = UInt32(truncatingIfNeeded: low).bigEndian
                written = inet_ntop(AF_INET, &four, room.baseAddress, 46)
            } else {
                var six = (high.bigEndian, low.bigEndian)
                written = inet_ntop(AF_INET6, &six, room.baseAddress, 46)
            }
            guard written != nil else { return [] }
            return room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        }
    }
}

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// An IPv4 or IPv6 address, in its canonical text (RFC 5952 for IPv6).
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package let isIPv6: Bool

    /// Nil for anything but an address: no port, no zone, no brackets.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            var buffer = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
            guard inet_ntop(AF_INET, &four, &buffer, socklen_t(buffer.count)) != nil else { return nil }
            description = Self.text(buffer)
            isIPv6 = false
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            guard inet_ntop(AF_INET6, &six, &buffer, socklen_t(buffer.count)) != nil else { return nil }
            description = Self.text(buffer)
            isIPv6 = true
        } else {
            return nil
        }
    }

    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

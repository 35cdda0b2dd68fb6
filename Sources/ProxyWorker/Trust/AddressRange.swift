/// A network of IP addresses (RFC 4632): `10.0.0.0/8`, `2001:db8::/32`, or one address.
package struct AddressRange: Hashable, Sendable {
    private let first: AddressNumber
    private let highMask: UInt64
    private let lowMask: UInt64

    /// - Parameter text: an address, and maybe a slash and the number of bits that count. Further bits may be set.
    /// - Returns: nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = AddressNumber(String(parts[0])) else { return nil }
        let isIPv4 = base.isIPv4 && !parts[0].contains(":")
        var bits = 128
        if parts.count == 2 {
            guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let given = Int(parts[1]),
                given <= (isIPv4 ? 32 : 128)
            else { return nil }
            bits = given + (isIPv4 ? 96 : 0)
        }
        first = base
        highMask = bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
        lowMask = bits <= 64 ? 0 : ~(UInt64.max >> UInt64(bits - 64))
    }

    func contains(_ address: AddressNumber) -> Bool {
        (address.high ^ first.high) & highMask == 0 && (address.low ^ first.low) & lowMask == 0
    }
}

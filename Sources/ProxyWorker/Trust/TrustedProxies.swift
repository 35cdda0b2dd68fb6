internal import RoutingEngine

/// The proxies in front of this one that are believed when they say for whom they speak.
package struct TrustedProxies: Hashable, Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange] = []) { self.ranges = ranges }

    func contains(_ address: AddressNumber) -> Bool { ranges.contains { $0.contains(address) } }

    /// Whether the client with this address, in its canonical text, is one of them.
    func contains(_ address: [UInt8]) -> Bool {
        guard !ranges.isEmpty else { return false }
        return address.withUnsafeBytes { AddressNumber($0).map(contains) } ?? false
    }

    /// The client for whom trusted proxies speak: the last address in `X-Forwarded-For` that is none of them, since what
    /// stands before it is only what that client says. If all are, the first one.
    /// - Parameters:
    ///   - table: of a request from a trusted proxy.
    ///   - bytes: those that the request was scanned from.
    /// - Returns: nil when the field isn't there, or its last entry is no address.
    func client(_ table: borrowing FieldTable, over bytes: UnsafeRawBufferPointer) -> AddressNumber? {
        guard table.has(.forwardedFor) else { return nil }
        var client: AddressNumber?
        for field in table.fields.reversed() where field.tag == FieldTag.forwardedFor.rawValue {
            var end = field.valueRange.upperBound
            while end > field.valueRange.lowerBound {
                var start = end
                while start > field.valueRange.lowerBound, bytes[start - 1] != ByteClass.comma { start -= 1 }
                let entry = Self.trimmed(bytes, start..<end)
                end = start - 1
                guard !entry.isEmpty else { continue }
                guard let address = Self.address(UnsafeRawBufferPointer(rebasing: bytes[entry])) else { return client }
                client = address
                if !contains(address) { return client }
            }
        }
        return client
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, ByteClass.isBlank(bytes[start]) { start += 1 }
        while end > start, ByteClass.isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    /// An address as proxies write it: some add the port, and then put one of IPv6 in brackets.
    private static func address(_ text: UnsafeRawBufferPointer) -> AddressNumber? {
        if let address = AddressNumber(text) { return address }
        guard let colon = text.lastIndex(of: ByteClass.colon) ?? (text.last == UInt8(ascii: "]") ? text.count : nil)
        else { return nil }
        if text.first == UInt8(ascii: "["), let bracket = text.lastIndex(of: UInt8(ascii: "]")) {
            guard bracket == colon - 1 || bracket == text.count - 1 else { return nil }
            return AddressNumber(UnsafeRawBufferPointer(rebasing: text[1..<bracket]))
        }
        return AddressNumber(UnsafeRawBufferPointer(rebasing: text[..<colon]))
    }
}

internal import RoutingModel

/// The last IPv6 literal that a host was, with its canonical text: it hardly ever changes, and finding the text takes
/// memory.
struct IPLiteral {
    private var sent: [UInt8] = []
    private var canonical: [UInt8] = []

    /// As `HostPattern.normalize` gives it; what isn't an address stays, in lower case.
    mutating func normal(of literal: UnsafeRawBufferPointer) -> [UInt8] {
        if !literal.elementsEqual(sent) {
            sent = Array(literal)
            canonical = Array(HostPattern.normalize(String(decoding: literal, as: UTF8.self)).utf8)
        }
        return canonical
    }
}

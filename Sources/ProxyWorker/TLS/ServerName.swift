internal import NIOCore

/// A name that may be sent as SNI (RFC 6066 section 3): a DNS name, not an address.
struct ServerName {
    let text: String

    /// - Parameter host: without a port. Nil for anything but a DNS name; a dot at the end is left out.
    init?(_ host: String) {
        let name = host.hasSuffix(".") ? host.dropLast() : host[...]
        let isName =
            (1...253).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
        guard isName, (try? SocketAddress(ipAddress: String(name), port: 0)) == nil else { return nil }
        text = String(name)
    }
}

internal import Foundation
internal import NIOCore
internal import RoutingModel

/// Where a request comes from, as far as attempts to get in are counted together: an IPv4 address, or the network of an
/// IPv6 address (/64, which is what one host may have all of).
struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    let description: String

    /// Nil for a connection without an IP address.
    init?(_ address: SocketAddress?) {
        guard let text = address?.ipAddress else { return nil }
        self.init(text)
    }

    init(_ text: String) {
        // An IPv4 client of a socket for both.
        if text.lowercased().hasPrefix("::ffff:"), text.contains(".") {
            description = String(text.dropFirst("::ffff:".count))
        } else if text.contains(":") {
            description = Self.network(text.split(separator: "%").first.map(String.init) ?? text)
        } else {
            description = text
        }
    }

    private static func network(_ text: String) -> String {
        let halves = text.components(separatedBy: "::")
        var groups = halves[0].split(separator: ":").map(String.init)
        if halves.count > 1 {
            let tail = halves[1].split(separator: ":").map(String.init)
            groups += Array(repeating: "0", count: max(0, 8 - groups.count - tail.count)) + tail
        }
        let network = "\(groups.prefix(4).joined(separator: ":"))::"
        return (IPAddress(network)?.description ?? network) + "/64"
    }
}

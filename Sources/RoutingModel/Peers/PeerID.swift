/// Who a peer is: `node~service-id` for an instance, `static~address:port` for a listed address. Not its address: an
/// instance that moves stays the same peer.
package struct PeerID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) { description = text }

    package init(node: String, serviceID: String) { description = "\(node)~\(serviceID)" }

    package init(staticAddress address: String, port: Int) {
        description = address.contains(":") ? "static~[\(address)]:\(port)" : "static~\(address):\(port)"
    }

    package static func < (left: PeerID, right: PeerID) -> Bool { left.description < right.description }

    package init(from decoder: any Decoder) throws { description = try String(from: decoder) }

    package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

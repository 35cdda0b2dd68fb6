/// Who a peer is: `node~service-id` for an instance, `static~address:port` for a listed address. Not its address: an
/// instance that moves stays the same peer.
package struct PeerID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) { description = text }

    package init(node: String, serviceID: String) { description = "\(node)~\(serviceID)" }

    package init(staticAddress address: String, port: Int) {
        description = address.contains(":") ? "static~[\(address)]:\(port)" : "static~\(address):\(port)"
    }

    /// Whether it can be the id of a peer: something before a tilde and something behind it.
    package var isWellFormed: Bool {
        let bytes = description.utf8
        guard bytes.count <= 1_024, let tilde = bytes.firstIndex(of: UInt8(ascii: "~")) else { return false }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return false }
        return tilde != bytes.startIndex && bytes.index(after: tilde) != bytes.endIndex
    }

    /// What to say of an id that isn't.
    package static let rule = "must be NODE~SERVICE-ID, or static~ADDRESS:PORT, without control characters"

    package static func < (left: PeerID, right: PeerID) -> Bool { left.description < right.description }

    package init(from decoder: any Decoder) throws { description = try String(from: decoder) }

    package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

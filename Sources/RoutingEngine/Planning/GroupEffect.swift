package import RoutingModel

/// What a change means for the peers of one group.
package struct GroupEffect: Hashable, Sendable {
    /// Peers that are listed by name.
    package static let listLimit = 100

    package let name: String
    package let action: RuleAction
    /// All members, usable or not.
    package let peersBefore: Int
    package let peersAfter: Int
    package let usableBefore: Int
    package let usableAfter: Int
    /// Peers that would get requests and don't now, by id; the first `listLimit`.
    package let gained: [PeerID]
    package let gainedCount: Int
    /// Peers that get requests now and would not, by id; the first `listLimit`.
    package let lost: [PeerID]
    package let lostCount: Int

    /// Whether it is left without a usable peer by this change, or begins without one.
    package var isEmptied: Bool {
        switch action {
        case .deleted: return false
        case .created: return usableAfter == 0
        case .updated, .unchanged: return usableBefore > 0 && usableAfter == 0
        }
    }

    /// Whether it becomes empty for routes, or ceases to be.
    var changesEmptiness: Bool { (usableBefore == 0) != (usableAfter == 0) }

    init(_ name: String, _ action: RuleAction, before: ResolvedGroup?, after: ResolvedGroup?) {
        func usable(_ group: ResolvedGroup?) -> [PeerID] { group?.peers.filter(\.isUsable).map(\.id) ?? [] }
        let (old, new) = (usable(before), usable(after))
        let (wereThere, areThere) = (Set(old), Set(new))
        let gained = new.filter { !wereThere.contains($0) }
        let lost = old.filter { !areThere.contains($0) }
        self.name = name
        self.action = action
        peersBefore = before?.peers.count ?? 0
        peersAfter = after?.peers.count ?? 0
        usableBefore = old.count
        usableAfter = new.count
        self.gained = Array(gained.prefix(Self.listLimit))
        gainedCount = gained.count
        self.lost = Array(lost.prefix(Self.listLimit))
        lostCount = lost.count
    }
}

extension GroupEffect: Encodable {
    enum CodingKeys: String, CodingKey {
        case name, action, peersBefore = "peers_before", peersAfter = "peers_after", usableBefore = "usable_before"
        case usableAfter = "usable_after", gained, gainedCount = "gained_count", lost, lostCount = "lost_count"
    }
}

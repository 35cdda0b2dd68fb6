internal import HashTreeCollections
internal import RoutingModel

/// What is different between two snapshots, compiled: the same for the tables of all event loops.
package struct TableChange: Sendable {
    /// A group that is new, different or gone.
    struct Group: Sendable {
        let slot: Int
        let old: CompiledGroup?
        let new: CompiledGroup?
        let difference: GroupDifference

        init(slot: Int, old: CompiledGroup?, new: CompiledGroup?) {
            self.slot = slot
            self.old = old
            self.new = new
            difference = GroupDifference(from: old?.peers, to: new?.peers ?? [])
        }
    }

    /// A route that is new, different or gone.
    struct Route: Sendable {
        // Kept so that the last reference isn't dropped by an event loop.
        let old: CompiledRoute?
        let new: CompiledRoute?

        /// Whether the new route stands where the old one stood.
        var staysInPlace: Bool {
            guard let old, let new else { return false }
            return old.source.priority == new.source.priority && old.source.match == new.source.match
        }
    }

    package let index: Int
    package let revision: Int
    /// Where no group has a peer any more.
    package let goneAddresses: [PeerAddress]
    /// In order: a slot that is left may be taken again further on.
    let groups: [Group]
    let routes: [Route]
    /// Every route there is, when so many change that a loop is better given an index that was built elsewhere.
    let allRoutes: TreeDictionary<String, CompiledRoute>?

    /// Whether a table has nothing to do but to note the number.
    package var isEmpty: Bool { groups.isEmpty && routes.isEmpty }

    /// The change made ready for one table; call it once for each, off its event loop.
    package func prepared() -> PreparedChange {
        PreparedChange(change: self, hosts: allRoutes.map { HostIndex($0.values) })
    }
}

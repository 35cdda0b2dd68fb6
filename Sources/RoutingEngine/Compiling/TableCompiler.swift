internal import HashTreeCollections
package import RoutingModel

/// Follows snapshots and says what their tables have to change, in time that grows with the change and not with the
/// snapshot. One for all event loops; none of them runs it.
///
/// It is a value of persistent maps: a copy costs nothing, and shares what stays the same.
package struct TableCompiler: Sendable {
    /// What is known of a group beside its peers.
    private struct Entry: Sendable {
        /// Its place in the tables.
        var slot: Int
        var group: CompiledGroup
        /// The routes that name it.
        var routes: TreeSet<String> = []
    }

    /// Routes that a loop changes one by one at the most.
    package static let routeLimit = 256

    private let routeLimit: Int
    private var groups: TreeDictionary<String, Entry> = [:]
    private(set) var routes: TreeDictionary<String, CompiledRoute> = [:]
    private var addresses = AddressCounts()
    private var slotCount = 0
    private var freeSlots: [Int] = []
    /// Of routes. Shared by the copies.
    private let numbers = NumberPool()

    /// - Parameter routeLimit: if more routes than that change at once, tables get a whole new index.
    package init(routeLimit: Int = TableCompiler.routeLimit) { self.routeLimit = routeLimit }

    /// What tables that have the snapshot before have to change for this one.
    /// - Parameter update: its `changes` are relative to the last snapshot that was compiled without an error.
    /// - Throws: `CompileError` when the snapshot contradicts itself or a regular expression doesn't compile; nothing
    ///   is changed then, and the next update is relative to the snapshot before.
    package mutating func compile(_ update: SnapshotUpdate) throws(CompileError) -> TableChange {
        var next = self
        let change = try next.follow(update)
        self = next
        return change
    }

    private mutating func follow(_ update: SnapshotUpdate) throws(CompileError) -> TableChange {
        let snapshot = update.snapshot
        let changes = update.changes ?? everything(and: snapshot)
        let renewed = changes.routes.filter { routes[$0]?.source != snapshot.routes[$0] }
        for name in renewed { if let old = routes[name] { detach(old) } }
        var left: Set<PeerAddress> = []
        var redealt: Set<String> = []
        var groupChanges: [TableChange.Group] = []
        for name in changes.groups {
            guard let change = try change(name, to: snapshot.groups[name]) else { continue }
            groupChanges.append(change)
            addresses.change(from: change.old?.peers ?? [], to: change.new?.peers ?? [], left: &left)
            if let old = change.old, let new = change.new, old.peers.isEmpty != new.peers.isEmpty {
                redealt.formUnion(groups[name]?.routes ?? [])
            }
        }
        var routeChanges: [TableChange.Route] = []
        for name in renewed {
            let old = routes[name]
            let new = try snapshot.routes[name].map { source throws(CompileError) in try compiled(source) }
            routes[name] = new
            if let new { attach(new) }
            routeChanges.append(.init(old: old, new: new))
        }
        for name in redealt where !renewed.contains(name) {
            guard let old = routes[name],
                let new = old.dealtAnew(isEmpty: old.source.split.map { isEmpty($0.group) })
            else { continue }
            routes[name] = new
            routeChanges.append(.init(old: old, new: new))
        }
        return TableChange(
            index: snapshot.index, revision: snapshot.revision, goneAddresses: left.filter(addresses.isGone),
            groups: groupChanges, routes: routeChanges, allRoutes: routeChanges.count > routeLimit ? routes : nil)
    }

    /// All names that there are or were.
    private func everything(and snapshot: Snapshot) -> SnapshotChanges {
        SnapshotChanges(
            groups: Set(snapshot.groups.keys).union(groups.keys), routes: Set(snapshot.routes.keys).union(routes.keys))
    }

    // MARK: Groups

    /// Takes in what a group is now; nil when it was that already.
    private mutating func change(_ name: String, to group: SnapshotGroup?) throws(CompileError) -> TableChange.Group? {
        let old = groups[name]
        guard let group else {
            guard let old else { return nil }
            // Routes that change too were taken off it before.
            if let route = old.routes.min() { throw CompileError(route: route, namesMissing: name) }
            groups[name] = nil
            freeSlots.append(old.slot)
            return .init(slot: old.slot, old: old.group, new: nil)
        }
        if let old, old.group.isSame(as: group) { return nil }
        let new = CompiledGroup(name: name, group)
        let slot = old?.slot ?? takeSlot()
        groups[name] = Entry(slot: slot, group: new, routes: old?.routes ?? [])
        return .init(slot: slot, old: old?.group, new: new)
    }

    private mutating func takeSlot() -> Int {
        if let slot = freeSlots.popLast() { return slot }
        defer { slotCount += 1 }
        return slotCount
    }

    private func isEmpty(_ group: String) -> Bool { groups[group]?.group.peers.isEmpty ?? true }

    // MARK: Routes

    private func compiled(_ route: SnapshotRoute) throws(CompileError) -> CompiledRoute {
        try CompiledRoute(route, old: routes[route.name], numbers: numbers) { name in
            groups[name].map { ($0.slot, $0.group.peers.isEmpty) }
        }
    }

    private mutating func attach(_ route: CompiledRoute) {
        for name in Self.groups(of: route.source) { groups[name]?.routes.insert(route.name) }
    }

    private mutating func detach(_ route: CompiledRoute) {
        for name in Self.groups(of: route.source) { groups[name]?.routes.remove(route.name) }
    }

    /// The groups that a route names; one may be there more than once.
    private static func groups(of route: SnapshotRoute) -> [String] {
        route.split.map(\.group) + route.force.map(\.group) + (route.settings.mirror.map { [$0.group] } ?? [])
    }
}

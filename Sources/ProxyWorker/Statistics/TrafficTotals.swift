package import RoutingModel

/// What a worker has counted since it started, over all its event loops. Pure: times come in.
package struct TrafficTotals: Sendable {
    private struct Entry {
        var counters = TrafficCounters()
        var active = 0
        /// Which count of this key it is.
        let number: Int
        /// The version that changed it last.
        var version: Int
        var changedAt: ContinuousClock.Instant
    }

    /// A key without traffic for so long is given up: peers come and go, and so do routes.
    package static let patience = Duration.seconds(15 * 60)
    /// What a report may have in bytes; when more keys come, peers are no longer counted apart.
    package static let budget = 12 << 20
    /// What a key takes in a report beside its names.
    private static let entryBytes = 500

    private var entries: [TrafficKey: Entry] = [:]
    private var bytes = 0
    private var lastNumber = 0
    private let budget: Int

    /// Grows with every change.
    package private(set) var version = 0

    /// - Parameter budget: in bytes.
    package init(budget: Int = TrafficTotals.budget) { self.budget = budget }

    package var count: Int { entries.count }

    /// Takes in what was counted on a loop.
    package mutating func add(_ deltas: [TrafficDelta], at now: ContinuousClock.Instant) {
        guard !deltas.isEmpty else { return }
        version += 1
        for delta in deltas { add(delta, at: now) }
    }

    private mutating func add(_ delta: TrafficDelta, at now: ContinuousClock.Instant) {
        var key = delta.key
        if entries[key] == nil {
            let size = Self.size(key)
            if bytes + size > budget, key.peer != nil {
                key = TrafficKey(route: key.route, group: key.group, peer: nil)
            }
            if entries[key] == nil {
                bytes += size
                lastNumber += 1
                entries[key] = Entry(number: lastNumber, version: version, changedAt: now)
            }
        }
        entries[key]?.counters.add(delta.counters)
        entries[key]?.active += delta.active
        entries[key]?.version = version
        entries[key]?.changedAt = now
    }

    /// Gives up what has had no traffic for long and has been told of.
    /// - Parameter told: the version that the control plane knows.
    package mutating func expire(at now: ContinuousClock.Instant, told: Int) {
        let gone = entries.filter {
            $0.value.active == 0 && $0.value.version <= told && now - $0.value.changedAt > Self.patience
        }
        for key in gone.keys {
            entries[key] = nil
            bytes -= Self.size(key)
        }
    }

    /// What has changed since a version, all of it counted from the start; 0 for everything. In no order.
    package func traffic(since told: Int) -> [WorkerReport.Traffic] {
        entries.compactMap { key, entry in
            guard entry.version > told else { return nil }
            return WorkerReport.Traffic(key, entry.counters, active: entry.active, number: entry.number)
        }
    }

    /// Calls `body` with every key, in no order.
    package func forEach(_ body: (_ key: TrafficKey, _ counters: TrafficCounters, _ active: Int) -> Void) {
        for (key, entry) in entries { body(key, entry.counters, entry.active) }
    }

    private static func size(_ key: TrafficKey) -> Int {
        entryBytes + key.route.utf8.count + (key.group?.utf8.count ?? 0) + (key.peer?.description.utf8.count ?? 0)
    }
}

package import RoutingModel

/// What was counted of one key on one event loop since it was taken last.
package struct TrafficDelta: Hashable, Sendable {
    package let key: TrafficKey
    package let counters: TrafficCounters
    /// By how many there are more tries under way than last time.
    package let active: Int

    package init(key: TrafficKey, counters: TrafficCounters, active: Int) {
        self.key = key
        self.counters = counters
        self.active = active
    }
}

/// A watched service: its instances and the state of its watch.
package struct CatalogService: Hashable, Sendable {
    package let key: ServiceKey
    package var watch: WatchStatus
    package var instances: [PeerID: Instance]
    package var skipped: [SkippedInstance]
    /// Instances that are kept out for a while, whatever their health. It isn't stored: a restart forgives.
    package var dampened: [PeerID: Damping] = [:]

    package init(
        key: ServiceKey, watch: WatchStatus = WatchStatus(), instances: [PeerID: Instance] = [:],
        skipped: [SkippedInstance] = []
    ) {
        self.key = key
        self.watch = watch
        self.instances = instances
        self.skipped = skipped
    }

    /// In the order of their ids.
    package var sortedInstances: [Instance] { instances.values.sorted { $0.id < $1.id } }
}

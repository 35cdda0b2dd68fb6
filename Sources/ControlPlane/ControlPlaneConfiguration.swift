/// The knobs of the control plane.
package struct ControlPlaneConfiguration: Sendable {
    /// How long after a snapshot further changes are gathered for the next one.
    package var coalescing: Duration
    /// How far that grows while changes keep coming.
    package var coalescingLimit: Duration
    /// How long a publication may wait for a commit in flight, so that both take effect in one snapshot.
    package var commitGrace: Duration
    /// How often a service's last success is written down while nothing else about it changes.
    package var catalogRefresh: Duration
    /// How long after its last question was answered a worker may be silent before it counts as lost.
    package var workerPatience: Duration

    package init(
        coalescing: Duration = .milliseconds(20), coalescingLimit: Duration = .milliseconds(200),
        commitGrace: Duration = .milliseconds(50), catalogRefresh: Duration = .seconds(30),
        workerPatience: Duration = .seconds(15)
    ) {
        self.coalescing = coalescing
        self.coalescingLimit = coalescingLimit
        self.commitGrace = commitGrace
        self.catalogRefresh = catalogRefresh
        self.workerPatience = workerPatience
    }
}

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
    /// What of Consul's answers is believed at once.
    package var guarding: GuardPolicy
    /// When a peer that comes and goes is kept out.
    package var damping: FlapPolicy
    /// How long after a write of the ledger has failed it is tried again.
    package var recordRetry: Duration
    /// How long the ledger may be behind before Signalbox says that it isn't ready.
    package var ledgerPatience: Duration

    /// How many revisions of the rules are kept: 1,000 at least.
    package var revisionsKept: Int
    /// How many ledger entries are kept, and for how long; nil: all, for ever.
    package var ledgerEntriesKept: Int?
    package var ledgerKeptFor: Duration?

    package init(
        coalescing: Duration = .milliseconds(20), coalescingLimit: Duration = .milliseconds(200),
        commitGrace: Duration = .milliseconds(50), catalogRefresh: Duration = .seconds(30),
        workerPatience: Duration = .seconds(15),
        guarding: GuardPolicy = GuardPolicy(), damping: FlapPolicy = FlapPolicy(),
        recordRetry: Duration = .seconds(1), ledgerPatience: Duration = .seconds(10),
        revisionsKept: Int = 10_000, ledgerEntriesKept: Int? = nil, ledgerKeptFor: Duration? = nil
    ) {
        self.coalescing = coalescing
        self.coalescingLimit = coalescingLimit
        self.commitGrace = commitGrace
        self.catalogRefresh = catalogRefresh
        self.workerPatience = workerPatience
        self.guarding = guarding
        self.damping = damping
        self.recordRetry = recordRetry
        self.ledgerPatience = ledgerPatience
        self.revisionsKept = max(revisionsKept, 1_000)
        self.ledgerEntriesKept = ledgerEntriesKept
        self.ledgerKeptFor = ledgerKeptFor
    }
}

internal import DequeModule
package import HashTreeCollections
package import Logging
package import RoutingEngine
package import RoutingModel
internal import Synchronization

/// The application: commands and observations in, snapshots out.
///
/// One actor holds the rules, the catalog and what was made of them. A change runs through it like this: a command is
/// planned and committed (`+commands`), an observation is folded into the catalog (`+discovery`); what they touch is
/// resolved anew, and a snapshot is published (`+publishing`) to whoever waits for one (`+watching`).
package actor ControlPlane {
    let store: any ControlPlaneStore
    let discovery: (any DiscoverySource)?
    let configuration: ControlPlaneConfiguration
    let logger: Logger
    let clock = ContinuousClock()

    // What is true.
    var rules: RuleSet {
        didSet { shownRules.withLock { $0 = rules } }
    }
    /// The same, for whoever only looks: most questions are about rules, and each turn of the actor costs two hops.
    private let shownRules: Mutex<RuleSet>
    var catalog: Catalog
    var resolution: Resolution

    // Publishing.
    var published: PublishedSnapshot
    var window: PublishWindow
    var isDirty = false
    /// A transaction is being written whose ledger entries name the next index.
    var isTransactionOpen = false
    var isHeldForTransaction = false
    /// Counts transactions, to tell what a timer was set for.
    var holds = 0
    var reservedIndex: Int
    var isReserving = false

    // Commands waiting for the next transaction.
    var pendingCommands: [PendingCommand] = []
    var isCommitting = false

    // What waits to be written about the catalog.
    var pendingRecords: [CatalogCommit] = []
    var isRecording = false
    var recording: Task<Void, Never>?
    var entriesInFlight = 0
    /// Since the last write that failed, until one succeeds.
    var recordTrouble: RecordTrouble?
    var recordedAt: [ServiceKey: ContinuousClock.Instant] = [:]
    var announcedStale: Set<ServiceKey> = []
    /// Services of which the ledger says that an answer is held.
    var announcedHeld: Set<ServiceKey> = []
    var discoveryGuard: DiscoveryGuard
    var damper: FlapDamper
    /// When the next dampened peer comes back, and who sees to it.
    var releaseAt: ContinuousClock.Instant?
    var releasing: Task<Void, Never>?
    /// When discovery was told last which services to watch.
    var toldDiscoveryAt: ContinuousClock.Instant?
    var isAboutToTell = false
    /// Who sees to it that the next override ends.
    var overrideTimer: Task<Void, Never>?
    /// Who waits for the ledger to grow, and how often it has.
    var ledgerWaiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var ledgerGrowth = 0
    /// Services restored from the store that have not been asked about yet.
    var restored: Set<ServiceKey>

    // Consumers.
    var watchers: [Int: Watcher] = [:]
    let lastQuestion = Atomic(0)
    /// Answers that have been handed on and not been written yet.
    let undelivered = Atomic(0)
    let isWaitingForDelivery = Atomic(false)
    /// The watchers whose wait is over at a tick.
    var expiring: [Int64: Set<Int>] = [:]
    let began: ContinuousClock.Instant
    /// Watchers who have the newest snapshot, in the order in which they asked, and those who are yet to be told of it.
    /// Some may have gone.
    var waiting: [Int] = []
    var due: Deque<Int> = []
    var isAnswering = false
    /// What those get who have a certain index, made once for each.
    var updates: [Int: PublishedUpdate] = [:]
    var changeLog = ChangeLog()
    var isShuttingDown = false
    var workerRegistry = WorkerRegistry()
    /// What workers tell of their traffic. Not the actor's: reports come all the time, and nothing waits for them.
    let traffic = Mutex(TrafficBook(began: .now))
    var peerHealthBook = PeerHealthBook()
    var barriers: [Int: AppliedBarrier] = [:]
    var nextBarrier = 0

    /// Loads what the store has and publishes the first snapshot.
    /// - Parameter discovery: nil when there are only listed peers.
    /// - Throws: whatever the store says.
    package init(
        store: any ControlPlaneStore, discovery: (any DiscoverySource)?,
        configuration: ControlPlaneConfiguration = ControlPlaneConfiguration(), logger: Logger
    ) async throws {
        let state = try store.load()
        let first = state.indexFloor + 1
        reservedIndex = first + Self.indexReserve
        // Before anything is published: a crash right after must not give the same index out again.
        try await store.reserveIndexes(through: reservedIndex)

        self.store = store
        self.discovery = discovery
        self.configuration = configuration
        self.logger = logger
        began = clock.now
        rules = state.rules
        shownRules = Mutex(state.rules)
        // Services that no group names any more were watched once; what is left of them is of no use.
        let watched = state.rules.watchedServices
        let forgotten = state.catalog.services.keys.filter { !watched.contains($0) }.sorted()
        var services = state.catalog.services.filter { watched.contains($0.key) }
        restored = Set(services.keys)
        for key in watched where services[key] == nil { services[key] = CatalogService(key: key) }
        catalog = Catalog(services: services)
        var resolution = Resolution(rules: state.rules.withoutOverrides(overAt: .now()), catalog: catalog)
        // Nobody has anything yet that it could differ from.
        _ = resolution.takeChanges()
        self.resolution = resolution
        published = PublishedSnapshot(resolution, index: first, revision: state.rules.revision)
        window = PublishWindow(shortest: configuration.coalescing, longest: configuration.coalescingLimit)
        if !forgotten.isEmpty {
            let entries = forgotten.compactMap { state.catalog.services[$0] }.flatMap { service in
                Self.entries(forgetting: service, groups: [], revision: state.rules.revision, index: first)
            }
            pendingRecords.append(CatalogCommit(forgotten: forgotten, entries: entries))
        }
        damper = FlapDamper(policy: configuration.damping)
        var discoveryGuard = DiscoveryGuard(policy: configuration.guarding)
        for service in services.values { discoveryGuard.knows(service) }
        self.discoveryGuard = discoveryGuard
        (announcedStale, announcedHeld) = try await Self.announced(watched, in: store)
        discovery?.watch(watched)
    }

    /// The services whose last word in the ledger is that they are stale, and of these those that are held: the recovery
    /// is still owed.
    private static func announced(
        _ watched: Set<ServiceKey>, in store: any ControlPlaneStore
    ) async throws -> (stale: Set<ServiceKey>, held: Set<ServiceKey>) {
        let words = try await store.lastEntries(of: [
            .discoveryStale, .discoveryRecovered, .discoveryHeld, .discoveryAccepted,
        ])
        func last(_ key: ServiceKey, _ kind: LedgerKind) -> Int64 { words[key.description]?[kind] ?? 0 }
        let stale = watched.filter { last($0, .discoveryStale) > last($0, .discoveryRecovered) }
        // An answer that was not confirmed is an entry of that kind too, but not one that comes after the stale one.
        let held = stale.filter {
            last($0, .discoveryHeld) > max(last($0, .discoveryStale), last($0, .discoveryAccepted))
        }
        return (stale, held)
    }

    // MARK: Questions

    /// The rules at their newest revision.
    package var currentRules: RuleSet { rules }

    /// The same without a turn of the actor: whatever was acknowledged is in it.
    package nonisolated var rulesInForce: RuleSet { shownRules.withLock { $0 } }

    /// Every watched service.
    package var currentCatalog: Catalog { catalog }

    /// Every watched service, and what of it is held.
    package var currentServices: (catalog: Catalog, held: [ServiceKey: HeldAnswer]) { (catalog, discoveryGuard.holds) }

    /// By how much what is known of a service may be behind while all is well; nil without discovery.
    package nonisolated var stalenessBound: Duration? { discovery?.stalenessBound }

    /// Every group with all its members, usable or not, as known now.
    package var currentGroups: TreeDictionary<String, ResolvedGroup> { resolution.groups }

    /// The groups that may have what is asked for, so that a question about one service or group costs no more than that.
    /// - Parameters:
    ///   - name: nil for any.
    ///   - service: the name of a service that they take peers from, in whatever datacenter; nil for any.
    package func groups(named name: String?, ofService service: String?) -> [ResolvedGroup] {
        if let name { return resolution.groups[name].map { [$0] } ?? [] }
        guard let service else { return Array(resolution.groups.values) }
        return resolution.groups(ofServiceNamed: service).compactMap { resolution.groups[$0] }
    }

    /// The newest snapshot.
    package var current: PublishedSnapshot { published }

    /// The ledger, newest first.
    /// - Throws: `Problem` (`unavailable`) when the store can't be read.
    package nonisolated func ledger(_ query: LedgerQuery) async throws -> LedgerPage {
        do {
            return try await store.ledger(query)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.error("The ledger could not be read", metadata: ["error": "\(error)"])
            throw Problem(.unavailable, "The ledger can't be read now.")
        }
    }

    /// Why Signalbox is not ready to serve, one reason a line; empty when it is.
    package func unreadiness() async -> [String] {
        var reasons = catalog.services.values.filter { $0.watch.state == .pending && discovery != nil }
            .sorted { $0.key < $1.key }
            .map { "service \($0.key) has not been answered yet\($0.watch.lastError.map { ": \($0)" } ?? "")" }
        do {
            try await store.check()
        } catch {
            reasons.append("the store can't be read: \(error)")
        }
        if let delay = ledgerDelay { reasons.append(delay) }
        return reasons
    }
}

package import HashTreeCollections
package import Logging
package import RoutingEngine
package import RoutingModel

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
    var rules: RuleSet
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
    var recordedAt: [ServiceKey: ContinuousClock.Instant] = [:]
    var announcedStale: Set<ServiceKey> = []
    /// Answers that are not believed yet.
    var confirmations: [ServiceKey: Confirmation] = [:]
    var confirmationNumber = 0
    /// When discovery was told last which services to watch.
    var toldDiscoveryAt: ContinuousClock.Instant?
    var isAboutToTell = false
    /// Services restored from the store that have not been asked about yet.
    var restored: Set<ServiceKey>

    // Consumers.
    var watchers: [Int: Watcher] = [:]
    var nextWatcher = 0
    /// The watchers whose wait is over at a tick.
    var expiring: [Int64: Set<Int>] = [:]
    let began: ContinuousClock.Instant
    /// Watchers that are yet to be told of the newest snapshot.
    var due: [Int] = []
    var isAnswering = false
    /// What those get who have a certain index, made once for each.
    var updates: [Int: PublishedUpdate] = [:]
    var changeLog = ChangeLog()
    var isShuttingDown = false
    var workerRegistry = WorkerRegistry()
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
        // Services that no group names any more were watched once; what is left of them is of no use.
        let watched = state.rules.watchedServices
        let forgotten = state.catalog.services.keys.filter { !watched.contains($0) }.sorted()
        var services = state.catalog.services.filter { watched.contains($0.key) }
        restored = Set(services.keys)
        for key in watched where services[key] == nil { services[key] = CatalogService(key: key) }
        catalog = Catalog(services: services)
        var resolution = Resolution(rules: state.rules, catalog: catalog)
        // Nobody has anything yet that it could differ from.
        _ = resolution.takeChanges()
        self.resolution = resolution
        published = PublishedSnapshot(resolution, index: first, revision: state.rules.revision)
        window = PublishWindow(shortest: configuration.coalescing, longest: configuration.coalescingLimit)
        if !forgotten.isEmpty { pendingRecords.append(CatalogCommit(forgotten: forgotten)) }
        announcedStale = try await Self.announcedStale(watched, in: store)
        discovery?.watch(watched)
    }

    /// The services whose last word in the ledger is that they are stale: the recovery is still owed.
    private static func announcedStale(
        _ watched: Set<ServiceKey>, in store: any ControlPlaneStore
    ) async throws -> Set<ServiceKey> {
        var lastWord: [String: LedgerKind] = [:]
        let page = try await store.ledger(LedgerQuery(kinds: [.discoveryStale, .discoveryRecovered], limit: 1_000))
        for record in page.records {
            guard let service = record.entry.service, lastWord[service] == nil else { continue }
            lastWord[service] = record.entry.kind
        }
        return watched.filter { lastWord[$0.description] == .discoveryStale }
    }

    // MARK: Questions

    /// The rules at their newest revision.
    package var currentRules: RuleSet { rules }

    /// Every watched service.
    package var currentCatalog: Catalog { catalog }

    /// Every group with all its members, usable or not, as known now.
    package var currentGroups: TreeDictionary<String, ResolvedGroup> { resolution.groups }

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
        return reasons
    }
}

import RoutingModel
import Synchronization

@testable import ControlPlane

/// A store that can be made to fail or to stall.
final class StoreProbe: ControlPlaneStore {
    struct Fault: Error {}

    struct Faults: Sendable {
        var commit = false
        var record = false
        var reserve = false
        /// Records fail as on a disk that is full.
        var disk = false
        /// Records fail that have an entry about this peer.
        var poison: String?
    }

    struct DiskFault: WriteFailure, CustomStringConvertible {
        let description = "disk full"
        let mayPass = true
    }

    /// Holds up commits while it is closed.
    let commits = Gate()
    private let base: any ControlPlaneStore
    private let faults = Mutex(Faults())
    private let count = Mutex(0)
    private let recordCount = Mutex(0)

    init(_ base: any ControlPlaneStore) { self.base = base }

    func set(_ change: (inout Faults) -> Void) { faults.withLock { change(&$0) } }

    /// Transactions of commands that were begun.
    var transactions: Int { count.withLock { $0 } }

    func load() throws -> StoredState { try base.load() }

    func commit(_ commits: [RuleCommit]) async throws {
        count.withLock { $0 += 1 }
        await self.commits.pass()
        if faults.withLock({ $0.commit }) { throw Fault() }
        try await base.commit(commits)
    }

    /// Transactions about the catalog that were begun.
    var records: Int { recordCount.withLock { $0 } }

    func record(_ commits: [CatalogCommit]) async throws {
        recordCount.withLock { $0 += 1 }
        let faults = faults.withLock { $0 }
        if faults.disk { throw DiskFault() }
        if faults.record { throw Fault() }
        if let poison = faults.poison, commits.contains(where: { $0.entries.contains { $0.peer == PeerID(poison) } }) {
            throw Fault()
        }
        try await base.record(commits)
    }

    func reserveIndexes(through index: Int) async throws {
        if faults.withLock({ $0.reserve }) { throw Fault() }
        try await base.reserveIndexes(through: index)
    }

    func ledger(_ query: LedgerQuery) async throws -> LedgerPage { try await base.ledger(query) }

    func lastEntries(of kinds: Set<LedgerKind>) async throws -> [String: [LedgerKind: Int64]] {
        try await base.lastEntries(of: kinds)
    }

    func check() async throws { try await base.check() }

    // MARK: History

    func rules(at revision: Int) async throws -> RuleSet { try await base.rules(at: revision) }
    func revision(at time: Timestamp) async throws -> Int { try await base.revision(at: time) }
    func revisions(
        before: Int?, limit: Int, changesLimit: Int
    ) async throws -> (records: [(record: RevisionRecord, changeCount: Int)], hasMore: Bool) {
        try await base.revisions(before: before, limit: limit, changesLimit: changesLimit)
    }
    func revision(_ number: Int) async throws -> RevisionRecord? { try await base.revision(number) }
    func trimRevisions(keeping: Int) async throws -> Int { try await base.trimRevisions(keeping: keeping) }
    func catalog(at time: Timestamp) async throws -> Catalog { try await base.catalog(at: time) }
    func entry(_ id: Int64) async throws -> LedgerRecord? { try await base.entry(id) }
    func entries(
        after id: Int64, _ query: LedgerQuery, limit: Int
    ) async throws -> (records: [LedgerRecord], through: Int64) {
        try await base.entries(after: id, query, limit: limit)
    }
    func newestEntry() async throws -> Int64 { try await base.newestEntry() }
    func verifyLedger() async throws -> LedgerVerification { try await base.verifyLedger() }
    func trimLedger(keepingRows: Int?, since: Timestamp?, at: Timestamp, index: Int) async throws -> Int {
        try await base.trimLedger(keepingRows: keepingRows, since: since, at: at, index: index)
    }
    func backup(to path: String) async throws { try await base.backup(to: path) }
}

/// Open until it is closed; who comes then waits until it is opened again.
actor Gate {
    private var isClosed = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func close() { isClosed = true }

    func open() {
        isClosed = false
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    func pass() async {
        guard isClosed else { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    var hasWaiting: Bool { !waiting.isEmpty }
}

internal import ControlPlane
internal import RoutingModel
internal import Synchronization

/// A store that forgets with the process: enough to start a control plane where nothing about storage is in question.
/// Of the catalog it keeps the ledger entries only.
final class MemoryStore: ControlPlaneStore {
    private struct State {
        var rules = RuleSet()
        var indexFloor = 0
        var records: [LedgerRecord] = []

        mutating func append(_ entries: [LedgerEntry]) {
            for entry in entries { records.append(LedgerRecord(id: Int64(records.count + 1), entry: entry)) }
        }
    }

    private let state = Mutex(State())

    func load() throws -> StoredState {
        state.withLock { StoredState(rules: $0.rules, indexFloor: $0.indexFloor) }
    }

    func commit(_ commits: [RuleCommit]) async throws {
        state.withLock { state in
            for commit in commits {
                state.rules.apply(commit.changes, revision: commit.revision)
                state.append(commit.entries)
            }
        }
    }

    func record(_ commits: [CatalogCommit]) async throws {
        state.withLock { $0.append(commits.flatMap(\.entries)) }
    }

    func reserveIndexes(through index: Int) async throws {
        state.withLock { $0.indexFloor = max($0.indexFloor, index) }
    }

    func ledger(_ query: LedgerQuery) async throws -> LedgerPage {
        let found = state.withLock { $0.records }.reversed().filter { Self.matches($0, query) }
        return LedgerPage(records: Array(found.prefix(query.limit)), hasMore: found.count > query.limit)
    }

    func lastEntries(of kinds: Set<LedgerKind>) async throws -> [String: [LedgerKind: Int64]] { [:] }

    func check() async throws {}

    // MARK: History: there is none

    func rules(at revision: Int) async throws -> RuleSet { RuleSet() }
    func revision(at time: Timestamp) async throws -> Int { 0 }
    func revisions(
        before: Int?, limit: Int, changesLimit: Int
    ) async throws -> (records: [(record: RevisionRecord, changeCount: Int)], hasMore: Bool) { ([], false) }
    func revision(_ number: Int) async throws -> RevisionRecord? { nil }
    func trimRevisions(keeping: Int) async throws -> Int { 0 }
    func catalog(at time: Timestamp) async throws -> Catalog { Catalog() }
    func entry(_ id: Int64) async throws -> LedgerRecord? { state.withLock { $0.records }.first { $0.id == id } }
    func entries(
        after id: Int64, _ query: LedgerQuery, limit: Int
    ) async throws -> (records: [LedgerRecord], through: Int64) {
        let all = state.withLock { $0.records }
        return (all.filter { $0.id > id && Self.matches($0, query) }, Int64(all.count))
    }
    func newestEntry() async throws -> Int64 { Int64(state.withLock { $0.records.count }) }
    func verifyLedger() async throws -> LedgerVerification { throw Problem(.unavailable, "There is no chain.") }
    func trimLedger(keepingRows: Int?, since: Timestamp?, at: Timestamp, index: Int) async throws -> Int { 0 }
    func backup(to path: String) async throws { throw Problem(.unavailable, "There is no file.") }

    private static func matches(_ record: LedgerRecord, _ query: LedgerQuery) -> Bool {
        let entry = record.entry
        return (query.kinds.isEmpty || query.kinds.contains(entry.kind))
            && (query.service == nil || query.service == entry.service)
            && (query.peer == nil || query.peer == entry.peer)
            && (query.group.map(entry.groups.contains) ?? true)
            && (query.route == nil || query.route == entry.route)
            && (query.actor == nil || query.actor == entry.actor)
            && (query.since.map { entry.at >= $0 } ?? true)
            && (query.until.map { entry.at < $0 } ?? true)
            && (query.before.map { record.id < $0 } ?? true)
    }
}

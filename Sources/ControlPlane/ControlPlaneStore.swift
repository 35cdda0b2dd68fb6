package import RoutingModel

/// Where writes are acknowledged from. Every call is whole or not at all, and durable when it returns.
package protocol ControlPlaneStore: HistoryStore, TokenStore {
    func load() throws -> StoredState
    /// All commits in one transaction, in order.
    func commit(_ commits: [RuleCommit]) async throws
    func record(_ commits: [CatalogCommit]) async throws
    /// No index above this has been published before the call returns.
    func reserveIndexes(through index: Int) async throws
    /// For each service the id of its newest entry of each of `kinds`.
    func lastEntries(of kinds: Set<LedgerKind>) async throws -> [String: [LedgerKind: Int64]]
    func ledger(_ query: LedgerQuery) async throws -> LedgerPage
    /// A trivial question, for readiness.
    func check() async throws
}

package import RoutingModel

/// What was: rules at their revisions, the catalog at past times. Every function may throw the store's own error; those
/// that say so throw `Problem` (`gone`) when history doesn't reach back that far.
package protocol HistoryStore: Sendable {
    /// The rules at `revision`; 0 is the empty rule set, whatever has been deleted of history.
    /// - Throws: `Problem`: `gone`, or `not_found` for a revision that has not been made yet.
    func rules(at revision: Int) async throws -> RuleSet
    /// The newest revision made at `time` or before; 0 when there was none.
    /// - Throws: `Problem` (`gone`) when revisions of that time have been deleted.
    func revision(at time: Timestamp) async throws -> Int
    /// Revisions below `before`, newest first, with at most `changesLimit` changes each and without their documents.
    func revisions(
        before: Int?, limit: Int, changesLimit: Int
    ) async throws -> (records: [(record: RevisionRecord, changeCount: Int)], hasMore: Bool)
    /// One revision with its documents; nil when there is none of that number (any more).
    func revision(_ number: Int) async throws -> RevisionRecord?
    /// Deletes all but the newest `keeping` revisions; fewer than 1,000 are taken as 1,000.
    /// - Returns: how many went.
    func trimRevisions(keeping: Int) async throws -> Int
    /// What was known of all services at `time`: the catalog as stored, with the ledger's peer entries since undone.
    /// - Throws: `Problem` (`gone`).
    func catalog(at time: Timestamp) async throws -> Catalog

    /// One entry of the ledger; nil when there is none (any more).
    func entry(_ id: Int64) async throws -> LedgerRecord?
    /// Matching entries with ids above `id`, oldest first, and up to which id all has been looked at.
    func entries(
        after id: Int64, _ query: LedgerQuery, limit: Int
    ) async throws -> (records: [LedgerRecord], through: Int64)
    /// The id of the newest entry; 0 when there is none.
    func newestEntry() async throws -> Int64
    /// Whether any entry has been changed, removed or put in.
    func verifyLedger() async throws -> LedgerVerification
    /// Deletes the oldest entries: those beyond a number, and those before a time.
    /// - Parameters:
    ///   - at: the time of the entry that tells of it, and `index`, its snapshot.
    /// - Returns: how many went.
    func trimLedger(keepingRows: Int?, since: Timestamp?, at: Timestamp, index: Int) async throws -> Int
    /// Copies the whole database, as it is at one moment, into a new file.
    func backup(to path: String) async throws
}

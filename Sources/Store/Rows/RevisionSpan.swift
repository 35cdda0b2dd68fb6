internal import GRDB
internal import RoutingModel

/// The revisions that are kept: without gaps, the newest always among them.
struct RevisionSpan: Sendable {
    /// 0 when there is none.
    let oldest: Int
    let newest: Int

    init(_ db: Database) throws {
        let row = try Row.fetchOne(db, sql: "SELECT min(number) AS oldest, max(number) AS newest FROM revisions")
        oldest = row?["oldest"] ?? 0
        newest = row?["newest"] ?? 0
    }

    /// Why the rules at `revision` can't be told; nil when they can.
    func refusal(of revision: Int) -> Problem? {
        guard revision <= newest else {
            return Problem(.notFound, "There is no revision \(revision): the newest is \(newest).")
        }
        // Everything that came after it must be known, to be undone.
        guard revision == newest || oldest <= revision + 1 else {
            return Problem(.gone, "Revision \(revision) is not kept any more: the oldest is \(oldest).")
        }
        return nil
    }
}

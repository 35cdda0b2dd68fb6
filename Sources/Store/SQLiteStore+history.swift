package import RoutingModel

extension SQLiteStore {
    private static let missing = StoreError(.failed, "History can't be read yet.")

    package func rules(at revision: Int) async throws -> RuleSet { throw Self.missing }

    package func revision(at time: Timestamp) async throws -> Int { throw Self.missing }

    package func revisions(
        before: Int?, limit: Int, changesLimit: Int
    ) async throws -> (records: [(record: RevisionRecord, changeCount: Int)], hasMore: Bool) { throw Self.missing }

    package func revision(_ number: Int) async throws -> RevisionRecord? { throw Self.missing }

    package func trimRevisions(keeping: Int) async throws -> Int { throw Self.missing }

    package func catalog(at time: Timestamp) async throws -> Catalog { throw Self.missing }
}

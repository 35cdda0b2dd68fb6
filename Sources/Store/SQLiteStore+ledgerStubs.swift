package import RoutingModel

extension SQLiteStore {
    private static let missing = StoreError(.failed, "Not yet.")
    package func entry(_ id: Int64) async throws -> LedgerRecord? { throw Self.missing }
    package func entries(
        after id: Int64, _ query: LedgerQuery, limit: Int
    ) async throws -> (records: [LedgerRecord], through: Int64) { throw Self.missing }
    package func newestEntry() async throws -> Int64 { throw Self.missing }
    package func verifyLedger() async throws -> LedgerVerification { throw Self.missing }
    package func trimLedger(keepingRows: Int?, since: Timestamp?) async throws -> Int { throw Self.missing }
}

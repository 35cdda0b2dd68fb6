package import RoutingModel

/// Where tokens outlive the process. Every call is whole or not at all, and durable when it returns.
package protocol TokenStore: Sendable {
    /// Every token that ever was, in no order.
    func loadTokens() throws -> [TokenRecord]
    /// Keeps a new token together with its ledger entry.
    /// - Throws: also when there is or was one of that name.
    func create(_ token: TokenRecord, entry: LedgerEntry) async throws
    /// Keeps that a token was revoked, together with the ledger entry.
    /// - Throws: also when there is none, or it was revoked before.
    func revokeToken(id: String, at: Timestamp, entry: LedgerEntry) async throws
    /// Keeps when tokens were used last, by id.
    func tokensUsed(_ times: [String: Timestamp]) async throws
}

/// A store that keeps no tokens: there is the built-in one only.
extension TokenStore {
    package func loadTokens() throws -> [TokenRecord] { [] }

    package func create(_ token: TokenRecord, entry: LedgerEntry) async throws {
        throw Problem(.unavailable, "This Signalbox keeps no tokens.")
    }

    package func revokeToken(id: String, at: Timestamp, entry: LedgerEntry) async throws {
        throw Problem(.unavailable, "This Signalbox keeps no tokens.")
    }

    package func tokensUsed(_ times: [String: Timestamp]) async throws {}
}

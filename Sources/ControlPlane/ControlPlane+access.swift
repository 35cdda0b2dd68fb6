internal import Logging
package import RoutingModel

extension ControlPlane {
    /// Every token that ever was.
    /// - Throws: whatever the store says.
    package nonisolated func storedTokens() throws -> [TokenRecord] { try store.loadTokens() }

    /// Stores a new token with its ledger entry; durable when this returns.
    /// - Parameter reason: why, in the author's words; the author is the token's `createdBy`.
    /// - Throws: `Problem` (`unavailable`); nothing was stored then.
    package func create(_ token: TokenRecord, reason: String?) async throws {
        let entry = LedgerEntry(
            at: token.createdAt, kind: .tokenCreated, actor: token.createdBy, after: token.facts, reason: reason,
            revision: rules.revision, index: published.snapshot.index)
        try await writing { try await store.create(token, entry: entry) }
    }

    /// Stores that a token was revoked, with its ledger entry; durable when this returns.
    /// - Throws: `Problem` (`unavailable`); nothing was stored then.
    package func revoke(_ token: TokenRecord, at: Timestamp, author: String, reason: String?) async throws {
        let entry = LedgerEntry(
            at: at, kind: .tokenRevoked, actor: author, before: token.facts, reason: reason,
            revision: rules.revision, index: published.snapshot.index)
        try await writing { try await store.revokeToken(id: token.id, at: at, entry: entry) }
    }

    /// Stores when tokens were used last, by id.
    /// - Returns: whether it was stored; if not, it may be tried again.
    package nonisolated func noteUse(of tokens: [String: Timestamp]) async -> Bool {
        do {
            try await store.tokensUsed(tokens)
            return true
        } catch {
            logger.error("The tokens' last uses could not be written", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Writes into the ledger, soon, that attempts to get in were refused.
    /// - Parameter cause: from where and how many, in a sentence.
    package func noteRefused(at: Timestamp, cause: String) {
        record(
            CatalogCommit(entries: [
                LedgerEntry(
                    at: at, kind: .tokenRefused, actor: "signalbox", cause: cause, revision: rules.revision,
                    index: published.snapshot.index)
            ]))
    }

    private func writing(_ work: () async throws -> Void) async throws {
        do {
            try await work()
            ledgerGrew()
        } catch let problem as Problem {
            throw problem
        } catch {
            logger.error("A token could not be written", metadata: ["error": "\(error)"])
            throw Problem(.unavailable, "The store could not commit the change; nothing was changed.")
        }
    }
}

import RoutingModel
import Testing

@testable import Store

@Suite struct TokenStoreTests {
    private static func token(_ name: String, expiresAt: Timestamp? = nil) -> TokenRecord {
        TokenRecord(
            id: "id-\(name)", name: name, role: .operator, scopes: TokenScopes(["star-", "a\"b"]), description: "d",
            salt: [1, 0, 255], hash: Array(0..<32), createdAt: Timestamp(milliseconds: 1_000), createdBy: "token:admin",
            expiresAt: expiresAt)
    }

    private static func entry(_ kind: LedgerKind) -> LedgerEntry {
        LedgerEntry(at: Timestamp(milliseconds: 1), kind: kind, actor: "token:admin")
    }

    @Test("A token comes back as it was stored, with its ledger entry")
    func roundTrip() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            let tokens = [Self.token("a"), Self.token("b", expiresAt: Timestamp(milliseconds: 9_000))]
            for token in tokens { try await store.create(token, entry: Self.entry(.tokenCreated)) }
            try store.close()
            let again = try SQLiteStore(path: folder.database)
            #expect(try again.loadTokens().sorted { $0.name < $1.name } == tokens)
            #expect(try await again.ledger(LedgerQuery()).records.map(\.entry.kind) == [.tokenCreated, .tokenCreated])
            try again.close()
        }
    }

    @Test("A name is stored once, even when its token was revoked; a refused one leaves no entry")
    func names() async throws {
        try await StoreFolder.withStore { store in
            try await store.create(Self.token("a"), entry: Self.entry(.tokenCreated))
            let at = Timestamp(milliseconds: 5_000)
            try await store.revokeToken(id: "id-a", at: at, entry: Self.entry(.tokenRevoked))
            var other = Self.token("a")
            other = TokenRecord(
                id: "id-2", name: "a", role: other.role, salt: [], hash: [], createdAt: at, createdBy: "token:admin")
            let error = await #expect(throws: StoreError.self) {
                try await store.create(other, entry: Self.entry(.tokenCreated))
            }
            #expect(error?.code == .conflict)
            #expect(try store.loadTokens().map(\.revokedAt) == [at])
            await #expect(throws: StoreError.self) {
                try await store.revokeToken(id: "id-a", at: at, entry: Self.entry(.tokenRevoked))
            }
            await #expect(throws: StoreError.self) {
                try await store.revokeToken(id: "none", at: at, entry: Self.entry(.tokenRevoked))
            }
            #expect(try await store.ledger(LedgerQuery()).records.map(\.entry.kind) == [.tokenRevoked, .tokenCreated])
        }
    }

    @Test("The last use only moves forward")
    func uses() async throws {
        try await StoreFolder.withStore { store in
            try await store.create(Self.token("a"), entry: Self.entry(.tokenCreated))
            for milliseconds: Int64 in [3_000, 2_000] {
                try await store.tokensUsed(["id-a": Timestamp(milliseconds: milliseconds), "none": .now()])
                #expect(try store.loadTokens().first?.lastUsedAt == Timestamp(milliseconds: 3_000))
            }
        }
    }
}

import Foundation
import HashTreeCollections
import RoutingModel
import Testing

@testable import Store

@Suite("Overrides in the store")
struct OverrideStoreTests {
    private static func put(_ peer: String) -> RuleCommand {
        .putOverride(
            PeerID(peer), Data(#"{"state":"drain","reason":"it's \"ill\"","expires_at":"2100-01-01T00:00:00Z"}"#.utf8))
    }

    @Test("They are there after a reopening, with reason, owner and end; one that was deleted is not")
    func roundTrip() async throws {
        try await StoreFolder.with { folder in
            var rules = RuleSet()
            var store = try SQLiteStore(path: folder.database)
            try await store.commit([
                Samples.commit(Self.put("n1~s/1"), to: &rules, at: Samples.time(4)),
                Samples.commit(Self.put("static~[::1]:80"), to: &rules),
                Samples.commit(Self.put("gone~1"), to: &rules),
                Samples.commit(.deleteOverride(PeerID("gone~1")), to: &rules),
            ])
            try store.close()
            store = try SQLiteStore(path: folder.database)
            let stored = try store.load().rules
            #expect(stored == rules)
            #expect(Set(stored.overrides.keys) == ["n1~s/1", "static~[::1]:80"])
            #expect(stored.overrides["n1~s/1"]?.value.state == .drain)
            #expect(stored.overrides["n1~s/1"]?.value.expiresAt == Timestamp(rfc3339: "2100-01-01T00:00:00Z"))
            #expect(stored.overrides["n1~s/1"]?.updatedAt == Samples.time(4))
            try store.close()
        }
    }

    @Test("An id with a quote, an accent or a percent sign is one name everywhere", arguments: ["a'\"b", "zoë", "%_"])
    func oddNames(id: String) async throws {
        try await StoreFolder.withStore { store in
            let name = "n~\(id)"
            let stored = name.columnText
            var rules = RuleSet()
            try await store.commit([
                Samples.commit(Self.put(name), to: &rules),
                Samples.commit(Self.put("n~other"), to: &rules),
            ])
            #expect(Set(try store.load().rules.overrides.keys) == [stored, "n~other"])
            #expect(Set(try await store.rules(at: 1).overrides.keys) == [stored])
            #expect(try await store.revision(1)?.changes.map(\.name) == [stored])
            try await store.commit([Samples.commit(.deleteOverride(PeerID(name)), to: &rules)])
            #expect(Set(try store.load().rules.overrides.keys) == ["n~other"])
            #expect(Set(try await store.rules(at: 2).overrides.keys) == [stored, "n~other"])
        }
    }
}

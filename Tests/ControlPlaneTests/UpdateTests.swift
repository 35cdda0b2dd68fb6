import HashTreeCollections
import RoutingEngine
import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("Who has an older snapshot gets what has changed since")
struct UpdateTests {
    @Test("a delta applied to the older snapshot gives the newer one, objects that are gone included")
    func delta() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            for name in ["a", "b", "c"] { try await controlPlane.putGroup(name) }
            try await controlPlane.putRoute("r", to: "a")
            let old = await controlPlane.current.snapshot
            try await controlPlane.putRoute("r", to: "b")
            _ = try await controlPlane.execute(.deleteGroup("c"), author: "token:test")
            let update = try #require(await controlPlane.update(after: old.index, wait: .zero))
            #expect(update.isDelta)
            #expect(update.changes == SnapshotChanges(groups: ["c"], routes: ["r"]))

            let document = try CanonicalJSON.decode(
                JSONValue.self, from: String(decoding: update.body(), as: UTF8.self))
            guard case .object(let members) = document else {
                Issue.record("no object")
                return
            }
            #expect(members["delta_from"] == .integer(Int64(old.index)))
            #expect(members["index"] == .integer(Int64(update.snapshot.index)))
            #expect(members["digest"] == .string(update.published.digest.description))
            #expect(members["groups"] == .object(["c": .null]))
            #expect(members["routes"] == .object(["r": try CanonicalJSON.tree(update.snapshot.routes["r"])]))
        }
    }

    @Test("all who have the same share one update; who has an unknown index gets the whole")
    func shared() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let old = await controlPlane.current.snapshot.index
            try await controlPlane.putGroup("a")
            let first = await controlPlane.update(after: old, wait: .zero)
            #expect(first === (await controlPlane.update(after: old, wait: .zero)))
            for unknown in [nil, 0, old + 1_000_000] {
                let update = try #require(await controlPlane.update(after: unknown, wait: .zero))
                #expect(!update.isDelta)
                #expect(update.body() == update.published.body())
            }
        }
    }

    @Test("the whole document is the snapshot with its digest, byte for byte canonical")
    func whole() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            for name in ["b", "a", "c"] { try await controlPlane.putGroup(name) }
            try await controlPlane.putRoute("r", to: "a")
            let published = await controlPlane.current
            let text = String(decoding: published.body(), as: UTF8.self)
            #expect(try CanonicalJSON.decode(Snapshot.self, from: text) == published.snapshot)
            #expect(try CanonicalJSON.text(CanonicalJSON.decode(JSONValue.self, from: text)) == text)
            #expect(text.contains(#""digest":"\#(published.digest)""#))
        }
    }

    @Test("thousands who wait are all answered, and what comes meanwhile is not lost on them")
    func many() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let start = await controlPlane.current.snapshot.index
            try await withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 0..<2_000 {
                    group.addTask { await controlPlane.update(after: start, wait: .seconds(60))?.snapshot.index }
                }
                try await eventually("all wait") { await controlPlane.watchers.count == 2_000 }
                for name in ["a", "b", "c"] { try await controlPlane.putGroup(name) }
                let newest = await controlPlane.current.snapshot.index
                for try await index in group {
                    #expect((start + 1...newest).contains(try #require(index)))
                }
            }
            #expect(await controlPlane.watchers.isEmpty)
        }
    }
}

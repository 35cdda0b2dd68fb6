import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("Whoever waits for a snapshot is always answered")
struct WatcherTests {
    @Test("without an index, or with any but the newest, the newest is answered at once")
    func atOnce() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let index = await controlPlane.current.snapshot.index
            for known in [nil, 0, index - 1, index + 1] {
                let answer = await controlPlane.update(after: known, wait: .seconds(60))
                #expect(answer?.snapshot.index == index)
            }
            #expect(await controlPlane.watchers.isEmpty)
        }
    }

    @Test("the end of the wait is nil, and the watcher is gone")
    func timeout() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let index = await controlPlane.current.snapshot.index
            for wait in [Duration.zero, .milliseconds(-5), .milliseconds(1), .milliseconds(20)] {
                #expect(await controlPlane.update(after: index, wait: wait) == nil)
                #expect(await controlPlane.watchers.isEmpty)
            }
        }
    }

    @Test("all who wait get the one snapshot that comes, with one encoding of it")
    func sharedAnswer() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let index = await controlPlane.current.snapshot.index
            try await withThrowingTaskGroup(of: PublishedUpdate?.self) { group in
                for _ in 0..<100 { group.addTask { await controlPlane.update(after: index, wait: .seconds(60)) } }
                try await eventually("all wait") { await controlPlane.watchers.count == 100 }
                try await controlPlane.putGroup("g")
                let published = await controlPlane.current
                for try await answer in group { #expect(answer?.published === published) }
                #expect(published.body() == published.body())
            }
            #expect(await controlPlane.watchers.isEmpty)
        }
    }

    @Test("a cancelled wait ends at once and leaves no watcher behind")
    func cancelled() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let index = await controlPlane.current.snapshot.index
            let waiting = Task { await controlPlane.update(after: index, wait: .seconds(60)) }
            try await eventually("it waits") { await controlPlane.watchers.count == 1 }
            waiting.cancel()
            let answer = try await within(.seconds(20), "a cancelled wait") { await waiting.value }
            #expect(answer == nil)
            #expect(await controlPlane.watchers.isEmpty)

            // Cancelled before it could begin to wait.
            for _ in 0..<50 {
                let early = Task { await controlPlane.update(after: index, wait: .seconds(60)) }
                early.cancel()
                let answer = try await within(.seconds(20), "a cancelled wait") { await early.value }
                #expect(answer == nil)
            }
            #expect(await controlPlane.watchers.isEmpty)
        }
    }

    @Test("releasing answers everybody with nil, and nobody waits afterwards")
    func released() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let index = await controlPlane.current.snapshot.index
            try await withThrowingTaskGroup(of: PublishedUpdate?.self) { group in
                for _ in 0..<20 { group.addTask { await controlPlane.update(after: index, wait: .seconds(600)) } }
                try await eventually("all wait") { await controlPlane.watchers.count == 20 }
                await controlPlane.releaseWatchers()
                for try await answer in group { #expect(answer == nil) }
            }
            #expect(await controlPlane.update(after: index, wait: .seconds(600)) == nil)
            #expect(await controlPlane.update(after: nil, wait: .seconds(600))?.snapshot.index == index)
            #expect(await controlPlane.watchers.isEmpty)
        }
    }
}

import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("A write can wait until it is in force everywhere")
struct AppliedTests {
    @Test("it waits for every live worker, and tells who has applied it")
    func everybody() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let start = await controlPlane.current.snapshot.index
            for name in ["a", "b"] { _ = await controlPlane.update(after: start, wait: .zero, worker: .init(name)) }
            let result = try await controlPlane.putGroup("g")
            let report = Task { await controlPlane.applied(result, timeout: .seconds(60)) }
            try await eventually("it waits") { await controlPlane.barriers.count == 1 }
            _ = await controlPlane.update(after: result.index, wait: .zero, worker: .init("a"))
            #expect(await controlPlane.barriers.values.first?.missing == ["b"])
            _ = await controlPlane.update(after: result.index + 0, wait: .zero, worker: .init("b"))
            let told = try await within(.seconds(20), "the report") { await report.value }
            #expect(
                told
                    == AppliedReport(
                        revision: result.revision, index: result.index, applied: ["a", "b"], lagging: [], nacked: []))
            #expect(await controlPlane.barriers.isEmpty)
        }
    }

    @Test("a refusal ends the wait for a worker and is told with its reason")
    func refused() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let start = await controlPlane.current.snapshot.index
            _ = await controlPlane.update(after: start, wait: .zero, worker: .init("a"))
            let result = try await controlPlane.putGroup("g")
            let report = Task { await controlPlane.applied(result, timeout: .seconds(60)) }
            try await eventually("it waits") { await controlPlane.barriers.count == 1 }
            try await controlPlane.workerRefused("a", index: result.index, error: "can't")
            let told = try await within(.seconds(20), "the report") { await report.value }
            #expect(told.applied.isEmpty && told.lagging.isEmpty)
            #expect(told.nacked == [.init(worker: "a", error: "can't")])
        }
    }

    @Test("who has not said so when the time is over is lagging; the others are told all the same")
    func lagging() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let start = await controlPlane.current.snapshot.index
            for name in ["a", "b"] { _ = await controlPlane.update(after: start, wait: .zero, worker: .init(name)) }
            let result = try await controlPlane.putGroup("g")
            _ = await controlPlane.update(after: result.index, wait: .zero, worker: .init("b"))
            let told = await controlPlane.applied(result, timeout: .milliseconds(20))
            #expect(told.applied == ["b"])
            #expect(told.lagging == ["a"])
            #expect(await controlPlane.barriers.isEmpty)
        }
    }

    @Test("without workers, and for what everybody has already, nobody waits")
    func atOnce() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let first = try await controlPlane.putGroup("g")
            #expect(await controlPlane.applied(first, timeout: .seconds(600)).applied.isEmpty)
            _ = await controlPlane.update(after: first.index, wait: .zero, worker: .init("a"))
            #expect(await controlPlane.applied(first, timeout: .seconds(600)).applied == ["a"])
        }
    }

    @Test("what a worker has refused is not offered to it again, but the next snapshot is")
    func notOfferedAgain() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let start = await controlPlane.current.snapshot.index
            _ = await controlPlane.update(after: start, wait: .zero, worker: .init("a"))
            let first = try await controlPlane.putGroup("g")
            try await controlPlane.workerRefused("a", index: first.index, error: "can't")
            #expect(await controlPlane.update(after: start, wait: .milliseconds(1), worker: .init("a")) == nil)
            // Others get it.
            #expect(await controlPlane.update(after: start, wait: .zero, worker: .init("b")) != nil)
            let waiting = Task { await controlPlane.update(after: start, wait: .seconds(60), worker: .init("a")) }
            try await eventually("it waits") { await controlPlane.watchers.count == 1 }
            let second = try await controlPlane.putGroup("h")
            let update = try await within(.seconds(20), "the next snapshot") { await waiting.value }
            #expect(update?.snapshot.index == second.index)
            #expect(update?.changes?.groups == ["g", "h"])
        }
    }
}

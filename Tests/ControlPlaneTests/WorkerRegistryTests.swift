import RoutingModel
import Testing

@testable import ControlPlane

@Suite("A worker is live while it asks, and lost when it does not")
struct WorkerRegistryTests {
    private let start = ContinuousClock.now
    private let now = Timestamp.now()
    private let edge = WorkerIdentity("edge")

    @Test("while its question is held a worker is live, however long that takes")
    func held() {
        var registry = WorkerRegistry()
        let joined = registry.asked(edge, applied: 0, at: now, clock: start)
        #expect(joined == .joined)
        registry.held("edge")
        #expect(registry.sweep(at: start + .seconds(3_600), patience: .seconds(15)).isEmpty)
        registry.answered("edge", clock: start + .seconds(3_600))
        #expect(registry.sweep(at: start + .seconds(3_614), patience: .seconds(15)).isEmpty)
        #expect(registry.sweep(at: start + .seconds(3_616), patience: .seconds(15)).map(\.id) == ["edge"])
        #expect(registry["edge"]?.state == .lost)
        #expect(registry.liveIDs.isEmpty)
        #expect(registry.sweep(at: start + .seconds(4_000), patience: .seconds(15)).isEmpty)
    }

    @Test("a lost worker that asks again has joined again")
    func back() {
        var registry = WorkerRegistry()
        _ = registry.asked(edge, applied: 3, at: now, clock: start)
        let nothing = registry.asked(edge, applied: 3, at: now, clock: start)
        #expect(nothing == .nothing)
        _ = registry.sweep(at: start + .seconds(60), patience: .seconds(15))
        let joined = registry.asked(edge, applied: 3, at: now, clock: start + .seconds(61))
        #expect(joined == .joined)
        #expect(registry["edge"]?.state == .live)
    }

    @Test("a refused snapshot stays refused until a newer one is applied, or the worker is started anew")
    func refusals() {
        var registry = WorkerRegistry()
        _ = registry.asked(edge, applied: 3, at: now, clock: start)
        func refuse(_ index: Int) -> Bool {
            registry.refused("edge", .init(index: index, error: "no", at: now), clock: start)
        }
        let news = [refuse(4), refuse(4)]
        #expect(news == [true, false])
        _ = registry.asked(edge, applied: 3, at: now, clock: start)
        #expect(registry.hasRefused("edge", index: 4))
        #expect(!registry.hasRefused("edge", index: 5))
        #expect(!registry.hasRefused("other", index: 4))
        _ = registry.asked(edge, applied: 5, at: now, clock: start)
        #expect(!registry.hasRefused("edge", index: 4))

        _ = refuse(6)
        _ = registry.asked(edge, applied: 0, at: now, clock: start)
        #expect(!registry.hasRefused("edge", index: 6))
        // One that has had nothing from the beginning goes on asking from nothing: that is no new start.
        _ = refuse(6)
        _ = registry.asked(edge, applied: 0, at: now, clock: start)
        #expect(registry.hasRefused("edge", index: 6))
    }

    @Test("names without end do not fill the memory: the one unseen for longest is forgotten")
    func bounded() {
        var registry = WorkerRegistry()
        for number in 0...WorkerRegistry.limit {
            _ = registry.asked(
                WorkerIdentity("w\(number)"), applied: 0, at: Timestamp(milliseconds: Int64(number)), clock: start)
        }
        #expect(registry.all.count == WorkerRegistry.limit)
        #expect(registry["w0"] == nil)
        #expect(registry["w1"] != nil)
    }
}

import Logging
import NIOCore
import NIOPosix
import RoutingModel
import ServiceLifecycle
import Synchronization
import TestKit
import Testing

@testable import ProxyWorker

@Suite("A worker reports")
struct WorkerReporterTests {
    private let now = ContinuousClock.now

    @Test("the first report has everything, the next ones what has changed, and quiet ones are rare")
    func plan() {
        var plan = ReportPlan()
        func next(_ version: Int, at seconds: Int, isLast: Bool = false) -> ReportPlan.Step {
            plan.next(version: version, index: 1, peers: [], isLast: isLast, at: now + .seconds(seconds))
        }
        #expect(next(0, at: 0) == .send(since: 0))
        plan.sent(since: 0, version: 4, index: 1, peers: [], at: now)
        #expect(next(4, at: 5) == .skip)
        #expect(next(4, at: 5, isLast: true) == .skip)
        #expect(next(4, at: 30) == .send(since: 4))
        #expect(next(6, at: 5) == .send(since: 4))
        #expect(next(6, at: 5, isLast: true) == .send(since: 4))
        plan.sent(since: 4, version: 6, index: 1, peers: [], at: now + .seconds(5))
        #expect(next(7, at: 299) == .send(since: 6))
        #expect(next(7, at: 300) == .send(since: 0))
        plan.failed()
        #expect(next(7, at: 10) == .send(since: 0))
    }

    @Test("another index or another state of a peer is news")
    func news() {
        var plan = ReportPlan()
        plan.sent(since: 0, version: 1, index: 1, peers: [], at: now)
        let state = WorkerReport.PeerState(
            group: "g", peer: PeerID("n~1"), health: .ejected, reason: "", since: Timestamp(milliseconds: 0))
        #expect(plan.next(version: 1, index: 2, peers: [], isLast: false, at: now) == .send(since: 1))
        #expect(plan.next(version: 1, index: 1, peers: [state], isLast: false, at: now) == .send(since: 1))
    }

    @Test("counts of a loop arrive, a refused report is told anew as a whole, and the last one comes at the end")
    func reports() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let source = Source()
        let table = try await eventLoop.submit {
            let table = TrafficTable()
            source.traffic.add(table, on: eventLoop)
            return NIOLoopBound(table, eventLoop: eventLoop)
        }.get()
        @Sendable func request() async throws {
            try await eventLoop.submit {
                let handle = table.value.began(
                    TrafficNumbers(route: 0, group: nil, peer: 0), isForced: false,
                    names: { TrafficKey(route: "r", group: "g", peer: PeerID("n~1")) })
                table.value.finished(handle, status: 200, nanoseconds: 1)
            }.get()
        }
        try await request()
        let sink = Sink()
        let reporter = WorkerReporter(
            source: source, sink: sink, interval: .milliseconds(10), logger: .silent)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: reporter)], logger: .silent))
        async let ended: Void = group.run()
        try await eventually("the first report is there") { sink.reports.last?.traffic.first?.requests == 1 }
        #expect(sink.reports.first?.isWhole == true)
        try await request()
        try await eventually("the second one is there") { sink.reports.last?.traffic.first?.requests == 2 }
        #expect(sink.reports.last?.isWhole == false)
        sink.refuseChanges()
        try await request()
        try await eventually("it was told anew") { sink.reports.last?.traffic.first?.requests == 3 }
        #expect(sink.reports.last?.isWhole == true)
        await group.triggerGracefulShutdown()
        try await ended
        #expect(Set(sink.reports.map(\.startedAt)).count == 1)
    }

    private final class Source: ReportSource {
        let traffic = TrafficCollector()
        var appliedIndex: Int { 1 }
        func peerStates() async -> [WorkerReport.PeerState] { [] }
    }

    private final class Sink: ReportSink {
        private struct State {
            var reports: [WorkerReport] = []
            var refusesChanges = false
        }

        private let state = Mutex(State())

        var reports: [WorkerReport] { state.withLock { $0.reports } }

        func refuseChanges() { state.withLock { $0.refusesChanges = true } }

        func send(_ report: WorkerReport) async throws {
            try state.withLock { state in
                if state.refusesChanges, !report.isWhole { throw ReportRefused() }
                state.reports.append(report)
            }
        }
    }
}

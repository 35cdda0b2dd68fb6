package import Logging
package import RoutingModel
internal import ServiceLifecycle

/// Tells the control plane every five seconds what a worker has counted, and once more when it ends. Has nothing to do
/// with snapshots: a report that is late or lost delays none.
///
/// Has to end after the worker, so that its last report has everything.
package struct WorkerReporter: Service, CustomStringConvertible {
    /// From one report to the next; a tenth more or less, so that workers that started together don't stay together.
    package static let interval = Duration.seconds(5)

    /// What a report may take, and the last one: nobody wants to wait for an end.
    private static let limit = Duration.seconds(10)
    private static let lastLimit = Duration.seconds(3)

    private let source: any ReportSource
    private let sink: any ReportSink
    private let startedAt: Timestamp
    private let interval: Duration
    private let logger: Logger

    package var description: String { "worker's reports" }

    package init(
        source: any ReportSource, sink: any ReportSink, startedAt: Timestamp = .now(),
        interval: Duration = WorkerReporter.interval, logger: Logger
    ) {
        self.source = source
        self.sink = sink
        self.startedAt = startedAt
        self.interval = interval
        self.logger = logger
    }

    /// Reports until graceful shutdown, and then once more.
    package func run() async throws {
        var plan = ReportPlan()
        var lastError: String?
        while await pause() { await report(&plan, &lastError, isLast: false) }
        await report(&plan, &lastError, isLast: true)
    }

    /// - Returns: whether it was a whole pause, rather than cut short by the end.
    private func pause() async -> Bool {
        let pause = interval * Double.random(in: 0.9...1.1)
        return await cancelWhenGracefulShutdown { (try? await Task.sleep(for: pause)) != nil }
    }

    private func report(_ plan: inout ReportPlan, _ lastError: inout String?, isLast: Bool) async {
        await source.traffic.collect()
        let (totals, index, peers) = (source.traffic.totals, source.appliedIndex, await source.peerStates())
        // Before its first snapshot nobody has heard of the worker.
        guard index > 0 else { return }
        var step = plan.next(version: totals.version, index: index, peers: peers, isLast: isLast, at: .now)
        // A second try is for a control plane that wants everything.
        for _ in 0..<2 {
            guard case .send(let since) = step else { return }
            let report = WorkerReport(
                startedAt: startedAt, index: index, isWhole: since == 0, traffic: totals.traffic(since: since),
                peers: peers)
            do {
                let sink = sink
                try await withDeadline(isLast ? Self.lastLimit : Self.limit) { try await sink.send(report) }
                plan.sent(since: since, version: totals.version, index: index, peers: peers, at: .now)
                source.traffic.expire(told: totals.version)
                if lastError != nil { logger.info("the control plane takes reports again") }
                lastError = nil
                return
            } catch {
                plan.failed()
                guard error is ReportRefused, since != 0 else { return complain("\(error)", &lastError) }
                step = .send(since: 0)
            }
        }
    }

    /// Once, not with every report.
    private func complain(_ what: String, _ lastError: inout String?) {
        guard lastError != what, !Task.isCancelled else { return }
        lastError = what
        logger.warning("the control plane took no report", metadata: ["error": "\(what)"])
    }
}

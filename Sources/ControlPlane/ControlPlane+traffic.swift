internal import HashTreeCollections
package import RoutingModel
internal import Synchronization

extension ControlPlane {
    private static let forgettingPause = Duration.seconds(60)
    /// A live worker that has reported nothing for so long is told of with what others reported.
    private static let reportPatience = Duration.seconds(60)

    /// Takes in what a worker tells of its doings.
    /// - Throws: `Problem`: `not_found` for a worker that has never asked for a snapshot; `conflict` when it tells only
    ///   what has changed and what it told before isn't known: then it has to tell everything.
    package nonisolated func take(_ report: WorkerReport, from worker: String) async throws {
        guard await isKnown(worker) else { throw RuleSet.notFound("worker", worker) }
        await take(report.peers, from: worker)
        let isTaken = traffic.withLock { $0.take(report, from: worker, at: .now(), clock: .now) }
        guard isTaken else {
            throw Problem(
                .conflict,
                "What this worker told before is not known here: it has to send everything, with 'whole': true.")
        }
    }

    private func isKnown(_ worker: String) -> Bool { workerRegistry[worker] != nil }

    /// How a route's requests are split and how they fare.
    /// - Parameter span: what the recent numbers cover, about.
    /// - Throws: `Problem` (`not_found`) when there is no such route.
    package nonisolated func traffic(ofRoute name: String, within span: Duration) async throws -> RouteTraffic {
        guard let rule = rulesInForce.routes[name]?.value else { throw RuleSet.notFound("route", name) }
        let (snapshot, workers) = await (current.snapshot, workers)
        let now = ContinuousClock.now
        let (told, reporters) = traffic.withLock {
            ($0.lines(ofRoute: name, within: span, at: now), $0.reporters)
        }
        return RouteTraffic(
            name: name, rule: rule, lines: told.lines, window: told.window,
            reports: Self.reports(reporters.map { ($0.worker, now - $0.heardAt) }, workers),
            isEmpty: { snapshot.groups[$0]?.peers.isEmpty ?? true })
    }

    private static func reports(
        _ ages: [(worker: String, age: Duration)], _ workers: [WorkerStatus]
    ) -> RouteTraffic.Reports {
        let live = Set(workers.lazy.filter { $0.state == .live }.map(\.id))
        let told = ages.filter { live.contains($0.worker) }
        let recent = told.count { $0.age <= reportPatience }
        return RouteTraffic.Reports(
            workers: ages.count, missing: live.count - recent,
            oldestSeconds: told.map(\.age).max().map { TrafficCounts.rounded($0 / .seconds(1)) })
    }

    /// What `/metrics` shows: sums over peers and workers by route and group.
    /// - Parameter limit: routes at most; those with most requests.
    package nonisolated func trafficSums(routes limit: Int) -> (lines: [TrafficBook.Line], refused: Int) {
        traffic.withLock { ($0.sums(routes: limit), $0.refused) }
    }

    /// Gives up what is known of routes, peers and workers that are gone, every minute, until it is cancelled.
    nonisolated func forgetTraffic() async {
        while (try? await clock.sleep(for: Self.forgettingPause)) != nil {
            let routes = rulesInForce.routes
            traffic.withLock { $0.forget(at: .now) { routes[$0] != nil } }
        }
    }
}

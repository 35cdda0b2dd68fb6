internal import ControlPlane
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel

/// What needs no token: liveness, readiness and metrics.
struct OperationsHandlers {
    let controlPlane: ControlPlane
    let metrics: PrometheusRegistry
    let beforeScrape: @Sendable () async -> Void
    /// So many routes have series of their own, those with most requests: each costs some thirty lines.
    static let routesInMetrics = 1_000

    func register(_ router: Router<AdminContext>) {
        router.get("healthz") { _, _ in Response.json("{\"status\":\"ok\"}") }
        router.get("readyz") { _, _ in try await ready() }
        router.get("metrics") { _, _ in await scrape() }
    }

    private struct Readiness: Encodable {
        let status: String
        let reasons: [String]
    }

    private func ready() async throws -> Response {
        let reasons = await controlPlane.unreadiness()
        return try .json(
            Readiness(status: reasons.isEmpty ? "ready" : "not_ready", reasons: reasons),
            status: reasons.isEmpty ? .ok : .serviceUnavailable)
    }

    private func scrape() async -> Response {
        metrics.record(await controlPlane.figures)
        let traffic = controlPlane.trafficSums(routes: Self.routesInMetrics)
        metrics.record(traffic.lines.map { ($0.key, $0.total, $0.active) })
        metrics.set(counter: "signalbox_report_entries_refused", to: traffic.refused)
        await beforeScrape()
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: metrics.render())))
    }
}

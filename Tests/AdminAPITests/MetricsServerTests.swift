import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization
import TestKit
import Testing

@testable import AdminAPI

@Suite("A worker's listener for metrics")
struct MetricsServerTests {
    @Test("it shows metrics, that the process lives, and why it isn't ready")
    func answers() async throws {
        let registry = PrometheusRegistry()
        let port = Mutex(0)
        let isReady = Mutex(false)
        let server = MetricsServer(
            host: "127.0.0.1", port: 0, metrics: registry,
            beforeScrape: { registry.set(counter: "scrapes", to: 3) },
            unreadiness: { isReady.withLock { $0 } ? [] : ["no snapshot"] }, logger: .silent,
            onListening: { bound in port.withLock { $0 = bound } })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: server)], logger: .silent))
        async let ended: Void = group.run()
        try await eventually("it listens") { port.withLock { $0 } > 0 }
        let base = "http://127.0.0.1:\(port.withLock { $0 })"
        func get(_ path: String) async throws -> (status: UInt, body: String) {
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: base + path), timeout: .seconds(10))
            return (response.status.code, String(buffer: try await response.body.collect(upTo: 1 << 20)))
        }
        #expect(try await get("/metrics") == (200, "# TYPE scrapes_total counter\nscrapes_total 3\n"))
        #expect(try await get("/healthz") == (200, #"{"status":"ok"}"#))
        #expect(try await get("/readyz") == (503, #"{"reasons":["no snapshot"],"status":"not_ready"}"#))
        isReady.withLock { $0 = true }
        #expect(try await get("/readyz").status == 200)
        #expect(try await get("/v1/routes").status == 404)
        await group.triggerGracefulShutdown()
        try await ended
    }
}

internal import HTTPTypes
internal import Hummingbird
package import Logging
internal import NIOCore
internal import RoutingModel
internal import ServiceLifecycle

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A small listener for a process without an admin API: `/metrics`, `/healthz` and `/readyz`, without a token.
package struct MetricsServer: Service, CustomStringConvertible {
    private let application: Application<RouterResponder<BasicRequestContext>>
    private let waitsForAddress: Bool
    private let logger: Logger

    package var description: String { "metrics listener" }

    /// - Parameters:
    ///   - port: 0 for any.
    ///   - beforeScrape: run before `/metrics` is rendered, to set what is counted elsewhere.
    ///   - unreadiness: why the process isn't ready, one reason a line; empty when it is.
    ///   - waitsForAddress: whether it is tried again, and not given up, while somebody else has the address.
    ///   - onListening: called with the port once the listener is bound.
    package init(
        host: String, port: Int, metrics: PrometheusRegistry,
        beforeScrape: @escaping @Sendable () async -> Void,
        unreadiness: @escaping @Sendable () async -> [String], waitsForAddress: Bool = false,
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        let router = Router(context: BasicRequestContext.self, options: [.autoGenerateHeadEndpoints])
        router.get("healthz") { _, _ in Response.json("{\"status\":\"ok\"}") }
        router.get("readyz") { _, _ in
            let reasons = await unreadiness()
            return try Response.json(
                Readiness(status: reasons.isEmpty ? "ready" : "not_ready", reasons: reasons),
                status: reasons.isEmpty ? .ok : .serviceUnavailable)
        }
        router.get("metrics") { _, _ in
            await beforeScrape()
            return Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: metrics.render())))
        }
        self.waitsForAddress = waitsForAddress
        self.logger = logger
        application = Application(
            router: router, configuration: .init(address: .hostname(host, port: port), serverName: "signalbox"),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) }, logger: logger)
    }

    /// - Throws: when it can't listen.
    package func run() async throws {
        var isFirst = true
        while true {
            do {
                return try await application.run()
            } catch let error as IOError where waitsForAddress && error.errnoCode == EADDRINUSE {
                if isFirst { logger.notice("the metrics listener waits for its address") }
                isFirst = false
            }
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(200)) }
            } catch { return }
        }
    }

    private struct Readiness: Encodable {
        let status: String
        let reasons: [String]
    }
}

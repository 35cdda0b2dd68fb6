package import ControlPlane
internal import HTTPTypes
internal import Hummingbird
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// REST over the control plane.
package struct AdminServer: Service, CustomStringConvertible {
    private let application: Application<RouterResponder<AdminContext>>

    package var description: String { "admin API" }

    /// - Parameters:
    ///   - beforeScrape: run before `/metrics` is rendered, to set gauges.
    ///   - onListening: called with the port once the listener is bound.
    package init(
        configuration: AdminConfiguration, controlPlane: ControlPlane, metrics: PrometheusRegistry,
        beforeScrape: @escaping @Sendable () async -> Void = {}, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        let router = Self.router(
            controlPlane: controlPlane, token: configuration.token, metrics: metrics, beforeScrape: beforeScrape)
        application = Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: .seconds(120))),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: "signalbox"),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? configuration.port) },
            logger: logger)
    }

    package func run() async throws { try await application.run() }

    static func router(
        controlPlane: ControlPlane, token: AdminToken, metrics: PrometheusRegistry,
        beforeScrape: @escaping @Sendable () async -> Void
    ) -> Router<AdminContext> {
        let router = Router(context: AdminContext.self, options: [.autoGenerateHeadEndpoints])
        router.addMiddleware {
            // Outermost, so that they see the answer that an error has become.
            MetricsMiddleware()
            LogRequestsMiddleware(.debug)
            ErrorMiddleware(token: token)
        }
        OperationsHandlers(controlPlane: controlPlane, metrics: metrics, beforeScrape: beforeScrape).register(router)
        let v1 = router.group("v1").add(middleware: BearerAuthentication(token: token))
        RuleHandlers(controlPlane: controlPlane).register(v1)
        CatalogHandlers(controlPlane: controlPlane).register(v1)
        RoutingHandlers(controlPlane: controlPlane).register(v1)
        AuditHandlers(controlPlane: controlPlane).register(v1)
        ExplainHandlers(controlPlane: controlPlane).register(v1)
        return router
    }
}

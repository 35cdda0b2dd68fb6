package import ControlPlane
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
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
        let bodies = SharedBodies()
        let router = Self.router(
            controlPlane: controlPlane, token: configuration.token, metrics: metrics, bodies: bodies,
            beforeScrape: beforeScrape)
        let desk = RoutingDesk(controlPlane: controlPlane, token: configuration.token, bodies: bodies)
        application = Application(
            router: router,
            server: HTTPServerBuilder { responder in
                AdminChannel(
                    general: HTTP1Channel(
                        responder: responder, configuration: .init(idleTimeout: .seconds(120))),
                    desk: desk)
            },
            // Thousands of workers may come at once, after a restart.
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: "signalbox",
                backlog: 4_096),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? configuration.port) },
            logger: logger)
    }

    package func run() async throws { try await application.run() }

    static func router(
        controlPlane: ControlPlane, token: AdminToken, metrics: PrometheusRegistry,
        bodies: SharedBodies = SharedBodies(),
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
        DocumentationHandlers().register(router)
        let v1 = router.group("v1").add(middleware: BearerAuthentication(token: token))
        RuleHandlers(controlPlane: controlPlane).register(v1)
        CatalogHandlers(controlPlane: controlPlane).register(v1)
        RoutingHandlers(controlPlane: controlPlane, bodies: bodies).register(v1)
        AuditHandlers(controlPlane: controlPlane).register(v1)
        ExplainHandlers(controlPlane: controlPlane).register(v1)
        OverrideHandlers(controlPlane: controlPlane).register(v1)
        ConfigHandlers(controlPlane: controlPlane).register(v1)
        RevisionHandlers(controlPlane: controlPlane).register(v1)
        BackupHandlers(controlPlane: controlPlane).register(v1)
        return router
    }
}

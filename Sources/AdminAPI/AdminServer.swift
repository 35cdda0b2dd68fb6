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
    private let book: TokenBook
    private let tls: AdminTLS?
    private let logger: Logger

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
        let book = TokenBook(builtIn: configuration.token, controlPlane: controlPlane)
        let policy = RequestPolicy(
            hosts: HostRule([configuration.host] + configuration.names), origins: CrossOrigin(configuration.origins))
        let router = Self.router(
            controlPlane: controlPlane, token: configuration.token, metrics: metrics, bodies: bodies, book: book,
            policy: policy, beforeScrape: beforeScrape)
        let desk = RoutingDesk(controlPlane: controlPlane, book: book, hosts: policy.hosts, bodies: bodies)
        var limits = configuration.limits
        limits.connections = configuration.maxConnections
        let slots = ConnectionSlots(limit: limits.connections)
        self.book = book
        self.logger = logger
        tls = configuration.tls
        application = Application(
            router: router,
            server: HTTPServerBuilder { [limits] responder in
                AdminChannel(
                    general: HTTP1Channel(
                        responder: responder,
                        configuration: .init(
                            idleTimeout: limits.idleTime,
                            httpDecoderConfiguration: .init(
                                maxHeaderFieldSize: limits.head, maxHeaderListSize: limits.head,
                                maxHeaderFieldCount: 200))),
                    desk: desk, limits: limits, tls: configuration.tls, slots: slots)
            },
            // Thousands of workers may come at once, after a restart.
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: "signalbox",
                backlog: 4_096),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? configuration.port) },
            logger: logger)
    }

    /// - Throws: what the store or the listener says.
    package func run() async throws {
        try book.load()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await keep() }
            group.addTask { try await application.run() }
            defer { group.cancelAll() }
            // The other one ends only when it is cancelled.
            try await group.next()
        }
        await book.finish()
    }

    /// Everything that is to be done now and then, until cancelled.
    private func keep() async {
        var turn = 0
        while (try? await Task.sleep(for: .milliseconds(500))) != nil {
            turn += 1
            book.tick()
            if turn % 4 == 0 { tls?.reload(logger: logger) }
            if turn % 20 == 0 { await book.storeUses() }
        }
    }

    static func router(
        controlPlane: ControlPlane, token: AdminToken, metrics: PrometheusRegistry,
        bodies: SharedBodies = SharedBodies(), book: TokenBook? = nil, policy: RequestPolicy = RequestPolicy(),
        beforeScrape: @escaping @Sendable () async -> Void
    ) -> Router<AdminContext> {
        let book = book ?? TokenBook(builtIn: token, controlPlane: controlPlane)
        let router = Router(context: AdminContext.self, options: [.autoGenerateHeadEndpoints])
        router.addMiddleware {
            RequestFrame(origins: policy.origins)
            // Outside, so that they see the answer that an error has become.
            MetricsMiddleware()
            LogRequestsMiddleware(.debug)
            ErrorMiddleware(book: book)
            RequestGate(hosts: policy.hosts, origins: policy.origins)
        }
        OperationsHandlers(controlPlane: controlPlane, metrics: metrics, beforeScrape: beforeScrape).register(router)
        DocumentationHandlers().register(router)
        let v1 = router.group("v1").add(middleware: BearerAuthentication(book: book))
        RuleHandlers(controlPlane: controlPlane).register(v1)
        CatalogHandlers(controlPlane: controlPlane).register(v1)
        RoutingHandlers(controlPlane: controlPlane, bodies: bodies).register(v1)
        TrafficHandlers(controlPlane: controlPlane).register(v1)
        AuditHandlers(controlPlane: controlPlane).register(v1)
        ExplainHandlers(controlPlane: controlPlane).register(v1)
        OverrideHandlers(controlPlane: controlPlane).register(v1)
        ConfigHandlers(controlPlane: controlPlane).register(v1)
        RevisionHandlers(controlPlane: controlPlane).register(v1)
        BackupHandlers(controlPlane: controlPlane).register(v1)
        TokenHandlers(book: book).register(v1)
        return router
    }
}

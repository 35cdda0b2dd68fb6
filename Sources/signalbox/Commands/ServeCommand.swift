import AdminAPI
import ArgumentParser
import Consul
import ControlPlane
import Foundation
import Logging
import Metrics
import NIOCore
import ProxyWorker
import RoutingModel
import ServiceLifecycle
import Store
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the control plane, with embedded proxies if wanted.",
        discussion: """
            Keeps everything in --data-dir. Guards the admin API with a token: the one in SIGNALBOX_ADMIN_TOKEN, or else one
            that it makes at the first start and leaves in DIR/admin.token. A token for Consul comes from
            SIGNALBOX_CONSUL_TOKEN or --consul-token-file: secrets don't belong on command lines.

              signalbox serve --proxy 127.0.0.1:8080 --consul http://127.0.0.1:8500
              curl -H "Authorization: Bearer $(cat signalbox-data/admin.token)" http://127.0.0.1:7000/v1/routes

            SIGTERM and Ctrl-C end it when the requests in flight have been answered, within --drain-timeout.
            """)

    @Option(help: "Where everything is kept. Made when it isn't there. (default: signalbox-data)")
    var dataDir: String?

    @OptionGroup var adminOptions: AdminOptions

    @Option(help: "Where an embedded proxy listens; may be repeated. Without it there is none.")
    var proxy: [ListenAddress] = []

    @OptionGroup var tlsListen: TLSListenOptions
    @OptionGroup var consul: ConsulOptions

    @Option(help: "Event loops of the embedded proxy, 1 to 1024. (default: one per core)")
    var proxyThreads: Int?

    @Option(help: "The embedded proxy's name among the workers. (default: embedded)")
    var workerId: String?

    @OptionGroup var publishing: PublishOptions

    @Option(help: "How long requests in flight may take when it ends, 24h at most. (default: 10s)")
    var drainTimeout: Seconds?

    @OptionGroup var limits: ProxyLimitOptions
    @OptionGroup var observing: ObservingOptions
    @OptionGroup var guardOptions: GuardOptions
    @OptionGroup var history: HistoryOptions
    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let environment = Environment()
        let logger = try logging.start(environment)
        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        FileLimit.raise()
        // More loops than cores: when thousands of workers are answered at once, a write on another loop gets its turn.
        NIOSingletons.groupLoopCountSuggestion = max(8, System.coreCount)

        do {
            let directory = try DataDirectory(path: environment.value(dataDir, "DATA_DIR", default: "signalbox-data"))
            try await serve(directory, environment, metrics, logger)
        } catch let error as any CustomStringConvertible & Error where !(error is ValidationError) {
            logger.critical("\(error.description)")
            throw ExitCode.failure
        }
    }

    private func serve(
        _ directory: borrowing DataDirectory, _ environment: Environment, _ metrics: PrometheusRegistry,
        _ logger: Logger
    ) async throws {
        let store = try SQLiteStore(path: directory.database)
        let discovery = try consul.configuration(environment).map {
            ConsulDiscovery(configuration: $0, logger: logger)
        }
        let windows = try publishing.windows(environment)
        let controlPlane = try await ControlPlane(
            store: store, discovery: discovery,
            configuration: ControlPlaneConfiguration(
                coalescing: windows.shortest, coalescingLimit: windows.longest,
                guarding: try guardOptions.guarding(environment), damping: try guardOptions.damping(environment),
                revisionsKept: try history.revisions(environment), ledgerEntriesKept: try history.entries(environment),
                ledgerKeptFor: try history.age(environment)),
            logger: logger)
        let drain =
            try environment.time(drainTimeout, "drain-timeout", in: ProxyLimitOptions.drain) ?? .seconds(10)
        let worker = try embeddedWorker(controlPlane, drain, environment, logger)

        let address = try adminOptions.address(environment)
        let token: AdminToken
        if let text = environment.text("ADMIN_TOKEN") {
            guard text.utf8.count >= AdminToken.minimumLength else {
                throw ValidationError(
                    "SIGNALBOX_ADMIN_TOKEN must have at least \(AdminToken.minimumLength) characters.")
            }
            token = AdminToken(text)
        } else {
            token = AdminToken(try directory.adminToken())
            logger.info("The admin token is in \(directory.tokenFile)")
        }
        let admin = try adminOptions.configuration(environment, token: token)
        let scheme = admin.tls == nil ? "http" : "https"
        let server = AdminServer(
            configuration: admin, controlPlane: controlPlane, metrics: metrics,
            beforeScrape: { await worker?.recordMetrics(in: metrics) }, logger: logger,
            onListening: { port in
                logger.notice("The admin API listens on \(scheme)://\(ListenAddress(host: address.host, port: port))")
            })

        // Ended in reverse order, one after the other: the proxy drains while everything it needs still runs.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if let discovery { services.append(.init(service: discovery)) }
        services.append(.init(service: controlPlane))
        services.append(.init(service: server))
        if let worker {
            if let log = worker.accessLog { services.append(.init(service: AccessLogService(log: log))) }
            services.append(
                .init(
                    service: WorkerReporter(
                        source: worker, sink: EmbeddedReportSink(controlPlane: controlPlane, id: worker.id),
                        logger: logger)))
            services.append(.init(service: worker))
        }
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = drain + .seconds(5)
        configuration.maximumCancellationDuration = .seconds(5)
        try await ServiceGroup(configuration: configuration).run()
        try store.close()
        logger.notice("Signalbox has ended")
    }

    private func embeddedWorker(
        _ controlPlane: ControlPlane, _ drain: Duration, _ environment: Environment, _ logger: Logger
    ) throws -> ProxyWorker? {
        var configuration = ProxyConfiguration(
            listen: try environment.values(proxy, "PROXY"),
            threads: try environment.number(proxyThreads, "proxy-threads", in: ProxyLimitOptions.threads))
        try tlsListen.apply(to: &configuration, environment)
        try limits.apply(to: &configuration, environment, logger)
        guard !configuration.listen.isEmpty || configuration.tls != nil else {
            try observing.refuse(environment, without: "--proxy or --tls-listen")
            return nil
        }
        let id = try environment.value(workerId, "WORKER_ID", default: "embedded")
        guard WorkerID.isValid(id) else { throw ValidationError("The worker's id '\(id)' \(WorkerID.rule).") }
        configuration.drainTimeout = drain
        configuration.debugKey = try observing.debugKey.key(environment)
        return ProxyWorker(
            id: id, configuration: configuration, source: EmbeddedSnapshotSource(controlPlane: controlPlane, id: id),
            accessLog: try observing.log(environment, logger), logger: logger)
    }
}

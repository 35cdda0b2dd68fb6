import AdminAPI
import ArgumentParser
import AsyncHTTPClient
import Foundation
import Logging
import Metrics
import ProxyWorker
import RoutingModel
import ServiceLifecycle
import UnixSignals

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run a proxy that takes its routing from a control plane elsewhere.",
        discussion: """
            Asks the control plane for snapshots, with the token in SIGNALBOX_ADMIN_TOKEN or in --token-file, and tells it
            which one it has applied. While the control plane is away it goes on with what it has; with --state-dir it
            also starts without it.

              signalbox worker --control http://10.0.0.5:7000 --listen 0.0.0.0:8080 --id edge-1 --state-dir /var/lib/edge

            With --handover, start the same command once more for a restart that no client notices: the new worker takes
            the listening sockets over, then the old one finishes what it is at and ends.
            """)

    @Option(help: "The control plane's admin API, e.g. http://127.0.0.1:7000. (default: http://127.0.0.1:7000)")
    var control: String?

    @Option(help: "Where the proxy listens; may be repeated. (default: 127.0.0.1:8080, without --tls-listen)")
    var listen: [ListenAddress] = []

    @OptionGroup var tlsListen: TLSListenOptions

    @Option(help: "This worker's name among the workers. (default: the host's name)")
    var id: String?

    @Option(help: "Where the last snapshot is kept for a start without the control plane.")
    var stateDir: String?

    @Option(
        help: "A directory over which workers relieve one another: one that starts takes the sockets of the one there.")
    var handover: String?

    @Option(help: "A file that holds the control plane's token.")
    var tokenFile: String?

    @Option(help: "Event loops, 1 to 1024. (default: one per core)")
    var threads: Int?

    @Option(help: "How long requests in flight may take when it ends, 24h at most. (default: 10s)")
    var drainTimeout: Seconds?

    @OptionGroup var limits: ProxyLimitOptions
    @OptionGroup var observing: ObservingOptions
    @OptionGroup var metricsOptions: MetricsOptions
    @OptionGroup var controlOptions: ControlOptions
    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let environment = Environment()
        let logger = try logging.start(environment)
        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        FileLimit.raise()
        do {
            try await work(environment, metrics, logger)
        } catch let error as any CustomStringConvertible & Error where !(error is ValidationError) {
            logger.critical("\(error.description)")
            throw ExitCode.failure
        }
    }

    private func work(_ environment: Environment, _ metrics: PrometheusRegistry, _ logger: Logger) async throws {
        let id = try environment.value(id, "ID", default: ProcessInfo.processInfo.hostName)
        guard WorkerID.isValid(id) else { throw ValidationError("The worker's id '\(id)' \(WorkerID.rule).") }
        let address = try environment.value(control, "CONTROL", default: "http://127.0.0.1:7000")
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme), url.host() != nil else {
            throw ValidationError("The control plane's address '\(address)' must look like http://127.0.0.1:7000.")
        }
        let stateDirectory = try environment.value(stateDir, "STATE_DIR")
        let asking = HTTPSnapshotSource.Configuration(
            control: address, token: try token(environment), worker: id, stateDirectory: stateDirectory)
        let addresses = try environment.values(listen, "LISTEN")
        var configuration = ProxyConfiguration(
            listen: addresses,
            threads: try environment.number(threads, "threads", in: ProxyLimitOptions.threads))
        try tlsListen.apply(to: &configuration, environment)
        try limits.apply(to: &configuration, environment, logger)
        if addresses.isEmpty, configuration.tls == nil {
            configuration.listen = [ListenAddress(host: "127.0.0.1", port: 8080)]
        }
        configuration.drainTimeout =
            try environment.time(drainTimeout, "drain-timeout", in: ProxyLimitOptions.drain) ?? .seconds(10)
        configuration.debugKey = try observing.debugKey.key(environment)
        let accessLog = try observing.log(environment, logger)
        if let stateDirectory { try SnapshotFile(directory: stateDirectory).probe() }
        var clientConfiguration = HTTPSnapshotSource.clientConfiguration
        clientConfiguration.tlsConfiguration = try controlOptions.tls(environment)
        let handover = try environment.value(handover, "HANDOVER").map { directory in
            do {
                return try Handover(directory: directory, logger: logger)
            } catch {
                throw ValidationError("The directory for handing over, \(directory), can't be made.")
            }
        }
        let metricsAddress = try metricsOptions.address(environment)
        // From here on nothing throws that leaves it open.
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: clientConfiguration)
        let source = HTTPSnapshotSource(configuration: asking, client: client, logger: logger)
        let worker = ProxyWorker(
            id: id, configuration: configuration, source: source, accessLog: accessLog, handover: handover,
            logger: logger)
        let server = metricsAddress.map { address in
            metricsOptions.server(
                address, worker: worker, source: source, waitsForAddress: handover != nil, registry: metrics,
                logger: logger)
        }
        // Ended in reverse order: the last report and the last lines come when the worker has drained.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if let server { services.append(.init(service: server)) }
        if let accessLog { services.append(.init(service: AccessLogService(log: accessLog))) }
        services.append(
            .init(
                service: WorkerReporter(
                    source: worker,
                    sink: HTTPReportSink(configuration: asking, client: client, logger: logger), logger: logger)))
        // One that was relieved ends as one that was told to.
        services.append(.init(service: worker, successTerminationBehavior: .gracefullyShutdownGroup))
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = configuration.drainTimeout + .seconds(5)
        group.maximumCancellationDuration = .seconds(5)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            await source.finish()
            try? await client.shutdown()
            throw error
        }
        await source.finish()
        try await client.shutdown()
        logger.notice("The worker has ended")
    }

    private func token(_ environment: Environment) throws -> String {
        if let path = try environment.value(tokenFile, "TOKEN_FILE") {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw ValidationError("The token file \(path) can't be read.")
            }
            let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !token.isEmpty else { throw ValidationError("The token file \(path) is empty.") }
            return token
        }
        guard let text = environment.text("ADMIN_TOKEN") else {
            throw ValidationError("A token is needed: set SIGNALBOX_ADMIN_TOKEN or give --token-file.")
        }
        return text
    }
}

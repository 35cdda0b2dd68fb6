import AdminAPI
import ArgumentParser
import Logging
import ProxyWorker

/// How a worker lets itself be watched.
struct MetricsOptions: ParsableArguments {
    @Option(help: "Where /metrics, /healthz and /readyz are served, e.g. 127.0.0.1:9102. Without it they aren't.")
    var metrics: ListenAddress?

    /// Nil when nobody asked for it.
    /// - Throws: `ValidationError` for a variable that can't be read.
    func address(_ environment: Environment) throws -> ListenAddress? { try environment.value(metrics, "METRICS") }

    /// - Parameter waitsForAddress: while an older worker, which this one relieves, still has it.
    func server(
        _ address: ListenAddress, worker: ProxyWorker, source: HTTPSnapshotSource, waitsForAddress: Bool,
        registry: PrometheusRegistry, logger: Logger
    ) -> MetricsServer {
        MetricsServer(
            host: address.host, port: address.port, metrics: registry,
            beforeScrape: {
                await worker.recordMetrics(in: registry)
                await worker.recordTraffic(in: registry, age: source.age, isFromDisk: source.isFromDisk)
            },
            unreadiness: { worker.appliedIndex == 0 ? ["there is no snapshot in force yet"] : [] },
            waitsForAddress: waitsForAddress, logger: logger,
            onListening: { port in
                logger.notice("Metrics are on http://\(ListenAddress(host: address.host, port: port))/metrics")
            })
    }
}

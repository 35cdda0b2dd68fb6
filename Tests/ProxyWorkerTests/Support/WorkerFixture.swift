import Logging
import ProxyWorker
import RoutingModel
import ServiceLifecycle

/// A worker that runs for the time of a test.
final class WorkerFixture: Sendable {
    let worker: ProxyWorker
    let source: ScriptedSource
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    private init(snapshot: Snapshot, configuration: ProxyConfiguration, accessLog: AccessLogWriter?) {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        source = ScriptedSource(snapshot)
        worker = ProxyWorker(
            id: "test", configuration: configuration, source: source, accessLog: accessLog, logger: logger)
        group = ServiceGroup(configuration: .init(services: [worker], logger: logger))
        task = Task { [group] in try await group.run() }
    }

    static func run(
        _ snapshot: Snapshot,
        threads: Int = 1,
        accessLog: AccessLogWriter? = nil,
        configure: (inout ProxyConfiguration) -> Void = { _ in },
        _ body: (WorkerFixture) async throws -> Void
    ) async throws {
        var configuration = ProxyConfiguration(listen: [ListenAddress(host: "127.0.0.1", port: 0)], threads: threads)
        configuration.lingerTimeout = .milliseconds(200)
        configure(&configuration)
        let fixture = WorkerFixture(snapshot: snapshot, configuration: configuration, accessLog: accessLog)
        do {
            try await body(fixture)
        } catch {
            fixture.task.cancel()
            _ = await fixture.task.result
            throw error
        }
        fixture.task.cancel()
        _ = await fixture.task.result
    }

    var port: Int {
        get async throws { try await worker.boundAddresses[0].port }
    }

    func connect() async throws -> RawConnection { try await .connect(to: ("127.0.0.1", port)) }

    /// One request on a connection of its own.
    func get(_ path: String = "/", host: String = "star.test", headers: String = "") async throws -> RawMessage {
        let connection = try await connect()
        try await connection.write("GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\(headers)\r\n")
        let response = try await connection.readResponse()
        await connection.close()
        return response
    }

    /// Tells the worker to stop in order.
    func shutDown() async { await group.triggerGracefulShutdown() }

    /// Waits until it has stopped.
    func waitUntilStopped() async throws { try await task.value }
}

/// Waits until a number has stopped growing, and gives it back.
func settled(_ value: () -> Int) async throws -> Int {
    var last = value()
    var unchanged = 0
    while unchanged < 20 {
        try await Task.sleep(for: .milliseconds(25))
        let now = value()
        unchanged = now == last ? unchanged + 1 : 0
        last = now
    }
    return last
}

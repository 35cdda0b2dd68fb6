internal import NIOCore
internal import NIOHTTP1

/// How questions get to an agent. The real one is `HTTPTransport`; tests put in others that hang.
protocol ConsulTransport: Sendable {
    /// Asks and waits for the whole answer.
    /// - Parameters:
    ///   - target: path and query.
    ///   - agent: a place in the configuration's addresses.
    ///   - limit: how long head and body together may take.
    /// - Throws: `ConsulFailure` for anything but a complete answer with status 200; `CancellationError` when the task
    ///   was cancelled.
    func get(_ target: String, from agent: Int, within limit: Duration) async throws -> ConsulResponse

    /// Ends every question in flight. To be called once, and nothing else after it.
    func shutdown() async throws
}

/// A complete answer with status 200.
struct ConsulResponse: Sendable {
    let headers: HTTPHeaders
    let body: ByteBuffer

    /// Whether Consul says that access rules hid something (since 1.11).
    var isFiltered: Bool { headers.first(name: "x-consul-results-filtered-by-acls")?.lowercased() == "true" }

    /// Nil when the header is missing or no number.
    var index: UInt64? { headers.first(name: "x-consul-index").flatMap { UInt64($0) } }
}

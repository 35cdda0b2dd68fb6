import ArgumentParser
import Logging
import NIOCore
import ProxyWorker

/// How long and how much a proxy bears, and whom it believes.
struct ProxyLimitOptions: ParsableArguments {
    @Option(help: "For making a connection to a peer, and once more for its TLS handshake. (default: 1s)")
    var connectTimeout: Seconds?

    @Option(help: "For a request's head, from its first byte on. (default: 15s)")
    var requestHeadTimeout: Seconds?

    @Option(help: "From the end of a request to the head of its response. (default: 30s)")
    var responseTimeout: Seconds?

    @Option(help: "In the middle of a body, or in a tunnel: without a byte moving. (default: 60s)")
    var streamIdleTimeout: Seconds?

    @Option(help: "For a whole request, from its head to the end of its response. (default: without limit)")
    var totalTimeout: Seconds?

    @Option(help: "For a client between two requests, with HTTP/2 too. (default: 60s)")
    var clientIdleTimeout: Seconds?

    @Option(help: "For a kept connection to a peer between two requests; 0s: none is kept. (default: 4s)")
    var upstreamIdleTimeout: Seconds?

    @Option(help: "For a client's TLS handshake. (default: 10s)")
    var tlsHandshakeTimeout: Seconds?

    @Option(
        help: "Clients' connections at a time; at most three quarters of the process's descriptors. (default: 200000)")
    var maxClients: Int?

    @Option(help: "Requests under way at a time, dealt out evenly to the event loops. (default: 100000)")
    var maxRequests: Int?

    @Option(help: "Idle connections that each event loop keeps to each peer. (default: 64)")
    var maxIdlePerPeer: Int?

    @Option(help: "Bytes of a request's head. (default: 65536)")
    var maxHeadBytes: Int?

    @Option(
        help: """
            A proxy in front of this one that is believed when it says for whom it speaks: an address, or a network as \
            10.0.0.0/8; may be repeated. (default: none)
            """)
    var trustedProxy: [AddressRange] = []

    /// Event loops that a proxy may have.
    static let threads = 1...1_024
    /// How long it may drain; with 0s nobody is waited for.
    static let drain = Duration.zero ... .seconds(86_400)

    /// Sets what the flags and the environment say; `configuration` is to know before where there is TLS.
    /// - Throws: `ValidationError`, naming what can't be.
    func apply(to configuration: inout ProxyConfiguration, _ environment: Environment, _ logger: Logger) throws {
        let times = Duration.milliseconds(10) ... .seconds(86_400)
        func set(
            _ place: WritableKeyPath<ProxyConfiguration, Duration>, _ given: Seconds?, _ flag: String,
            _ range: ClosedRange<Duration>? = nil
        ) throws {
            if let time = try environment.time(given, flag, in: range ?? times) { configuration[keyPath: place] = time }
        }
        func set(
            _ place: WritableKeyPath<ProxyConfiguration, Int>, _ given: Int?, _ flag: String, _ range: ClosedRange<Int>
        ) throws {
            if let value = try environment.number(given, flag, in: range) { configuration[keyPath: place] = value }
        }
        try set(\.connectTimeout, connectTimeout, "connect-timeout")
        try set(\.requestHeadTimeout, requestHeadTimeout, "request-head-timeout")
        try set(\.responseHeadTimeout, responseTimeout, "response-timeout")
        try set(\.streamIdleTimeout, streamIdleTimeout, "stream-idle-timeout")
        try set(\.clientIdleTimeout, clientIdleTimeout, "client-idle-timeout")
        try set(\.upstreamIdleTimeout, upstreamIdleTimeout, "upstream-idle-timeout", .zero...times.upperBound)
        configuration.totalTimeout = try environment.time(totalTimeout, "total-timeout", in: times)
        if let time = try environment.time(tlsHandshakeTimeout, "tls-handshake-timeout", in: times) {
            guard configuration.tls != nil else { throw ValidationError("--tls-handshake-timeout needs --tls-listen.") }
            configuration.tls?.handshakeTimeout = TimeAmount(time)
        }
        try set(\.maxClients, maxClients, "max-clients", 1...10_000_000)
        fitClients(&configuration, logger)
        try set(\.maxRequests, maxRequests, "max-requests", 1...10_000_000)
        try set(\.maxIdlePerPeer, maxIdlePerPeer, "max-idle-per-peer", 0...100_000)
        try set(\.maxHeadBytes, maxHeadBytes, "max-head-bytes", 1_024...262_144)
        configuration.trustedProxies = TrustedProxies(try environment.values(trustedProxy, "TRUSTED_PROXY"))
    }

    /// A client that is refused hears of it; one that there is no descriptor for waits for nothing.
    private func fitClients(_ configuration: inout ProxyConfiguration, _ logger: Logger) {
        guard let most = FileLimit.clients, most < configuration.maxClients else { return }
        logger.log(
            level: maxClients == nil ? .info : .warning, "fewer clients are taken, as descriptors are few",
            metadata: ["asked": "\(configuration.maxClients)", "taken": "\(most)"])
        configuration.maxClients = most
    }
}

extension AddressRange: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

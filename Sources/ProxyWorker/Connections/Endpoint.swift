internal import NIOCore
internal import RoutingEngine
internal import RoutingModel

/// Where a peer listens and how it is spoken to: what connections are kept by.
struct EndpointKey: Hashable, Sendable {
    let address: PeerAddress
    let tls: UpstreamTLS?
    /// What the peer is asked for by TLS, and has to prove to be.
    let serverName: String?
}

/// One event loop's connections to a peer. Peers of several groups that are the same process share it.
final class Endpoint {
    let key: EndpointKey
    /// Whether clients choose its server's name.
    let isOfRequest: Bool
    /// Connections, those being made or used included.
    var connectionCount = 0
    /// The one that was used last is at the end, and is used next.
    private(set) var idle: [UpstreamConnection] = []
    /// No group has the peer any more: connections end with their exchange.
    private(set) var isRetired = false
    /// `address:port`, as a Host header has it.
    let authority: [UInt8]
    private let limits: SharedLimits
    private var count: SharedLimits.PeerCount?

    /// - Parameter isOfRequest: whether the server's name comes from a request.
    init(_ key: EndpointKey, isOfRequest: Bool, limits: SharedLimits) {
        self.key = key
        self.isOfRequest = isOfRequest
        self.limits = limits
        let host = key.address.host
        authority = Array((host.contains(":") ? "[\(host)]:\(key.address.port)" : "\(host):\(key.address.port)").utf8)
    }

    /// The requests that the worker has under way with the peer.
    var requests: SharedLimits.PeerCount {
        if let count { return count }
        let shared = limits.count(for: key.address)
        count = shared
        return shared
    }

    /// The idle connection that was used last; nil when there is none.
    func take() -> UpstreamConnection? {
        while let connection = idle.popLast() {
            if connection.isUsable { return connection }
        }
        return nil
    }

    /// Keeps an idle connection.
    /// - Parameter limit: connections that are kept.
    /// - Returns: one that has to be closed because there are too many: the one that has been idle the longest.
    func put(_ connection: UpstreamConnection, limit: Int) -> UpstreamConnection? {
        guard limit > 0, !isRetired else { return connection }
        idle.append(connection)
        return idle.count > limit ? idle.removeFirst() : nil
    }

    /// Forgets a connection; does nothing when it isn't here.
    func remove(_ connection: UpstreamConnection) {
        guard let index = idle.lastIndex(where: { $0 === connection }) else { return }
        idle.remove(at: index)
    }

    /// Takes out what has been idle for too long: these have to be closed.
    func takeExpired(at now: NIODeadline) -> [UpstreamConnection] {
        guard idle.contains(where: { $0.idleDeadline <= now }) else { return [] }
        let expired = idle.filter { $0.idleDeadline <= now }
        idle.removeAll { $0.idleDeadline <= now }
        return expired
    }

    /// Nobody will want another connection.
    /// - Returns: the idle ones, which have to be closed.
    func retire() -> [UpstreamConnection] {
        isRetired = true
        defer { idle = [] }
        return idle
    }
}

@available(*, unavailable)
extension Endpoint: Sendable {}

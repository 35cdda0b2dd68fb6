internal import NIOCore
internal import RoutingEngine
internal import RoutingModel

/// All that a worker has on one event loop: the routing table, idle upstream connections, clients, counters. Nothing
/// of it is shared with another loop, so that no request takes a lock or touches memory that another core writes.
final class ProxyLoop {
    let eventLoop: any EventLoop
    let configuration: ProxyConfiguration
    let times: Times
    /// Has no route before the first snapshot was applied.
    let table = RouteTable()
    var pool: UpstreamPool<UpstreamHandler>
    var counters = ProxyStatistics()
    private(set) var isDraining = false
    /// Draining has come so far that idle connections, and new ones, are closed.
    private(set) var closesIdle = false

    private var penalty: PeerPenalty
    private var clients: [ObjectIdentifier: ClientHandler] = [:]
    private var drained: EventLoopPromise<Bool>?
    private var wasCut = false
    private var ticker: RepeatedTask?
    private(set) lazy var connector = UpstreamConnector(proxy: self)

    /// The configuration's times in the form in which they are used for every request.
    struct Times {
        let connect: TimeAmount
        let responseHead: TimeAmount
        let clientIdle: TimeAmount
        let streamIdle: TimeAmount
        let upstreamIdle: TimeAmount
        let linger: TimeAmount
        let lameDuck: TimeAmount

        init(_ configuration: ProxyConfiguration) {
            connect = TimeAmount(configuration.connectTimeout)
            responseHead = TimeAmount(configuration.responseHeadTimeout)
            clientIdle = TimeAmount(configuration.clientIdleTimeout)
            streamIdle = TimeAmount(configuration.streamIdleTimeout)
            upstreamIdle = TimeAmount(configuration.upstreamIdleTimeout)
            linger = TimeAmount(configuration.lingerTimeout)
            lameDuck = TimeAmount(configuration.lameDuck)
        }

        /// How often deadlines are looked at: often enough for the shortest of them.
        var tick: TimeAmount {
            let shortest = min(responseHead, clientIdle, streamIdle, upstreamIdle, linger)
            return max(.milliseconds(10), min(.milliseconds(500), .nanoseconds(shortest.nanoseconds / 4)))
        }
    }

    /// Call it on `eventLoop`.
    init(eventLoop: any EventLoop, configuration: ProxyConfiguration) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        times = Times(configuration)
        pool = UpstreamPool(limit: configuration.maxIdlePerPeer)
        penalty = PeerPenalty(probeTime: times.connect)
    }

    // MARK: Routing

    /// Puts a change into force. Exchanges in flight stay with the peer they have; if it fails them, they turn to what
    /// their group is by then. Idle connections to addresses that no group has any more are closed.
    /// - Returns: what is of no use any more; let go of it where it doesn't hold up the loop.
    func apply(_ change: PreparedChange) -> RetiredRoutes {
        let retired = table.apply(change)
        for address in change.goneAddresses {
            for connection in pool.takeAll(at: address) { connection.discard() }
        }
        return retired
    }

    /// The peer whose turn it is among those not in `tried`; peers that could not be connected to lately only come up
    /// when there are no others.
    func pick(_ group: PeerGroup, excluding tried: [PeerID]) -> SnapshotPeer? {
        guard !penalty.isEmpty else { return group.next(excluding: tried) }
        let now = NIODeadline.now()
        guard let peer = group.next(excluding: tried + penalty.skipped(at: now)) ?? group.next(excluding: tried) else {
            return nil
        }
        penalty.tried(peer.id, at: now)
        return peer
    }

    func connectSucceeded(_ peer: SnapshotPeer) { penalty.succeeded(peer.id) }

    func connectFailed(_ peer: SnapshotPeer, timedOut: Bool) {
        if timedOut { counters.connectTimeouts += 1 } else { counters.connectFailures += 1 }
        penalty.failed(peer.id, at: .now())
    }

    // MARK: Clients

    func clientConnected(_ client: ClientHandler) {
        clients[ObjectIdentifier(client)] = client
        counters.acceptedConnections += 1
    }

    func clientClosed(_ client: ClientHandler) {
        clients[ObjectIdentifier(client)] = nil
        if clients.isEmpty { drained?.succeed(!wasCut) }
    }

    /// What has been counted; numbers of what there is now included.
    var statistics: ProxyStatistics {
        var result = counters
        result.clientConnections = clients.count
        result.idleUpstreamConnections = pool.count
        return result
    }

    // MARK: Time

    /// Begins to look after deadlines. One task for all connections: a timer per request would cost more than the
    /// rest of its bookkeeping.
    func start() {
        let interval = times.tick
        ticker = eventLoop.assumeIsolated().nonisolated().scheduleRepeatedTask(
            initialDelay: interval,
            delay: interval
        ) { [bound = NIOLoopBound(self, eventLoop: eventLoop)] _ in bound.value.tick(now: .now()) }
    }

    private func tick(now: NIODeadline) {
        for connection in pool.takeExpired(at: now) { connection.discard() }
        // A client whose deadline has passed may close, which changes the collection.
        for client in Array(clients.values) { client.checkDeadline(now) }
    }

    // MARK: The end

    /// Closes idle clients and lets the others finish what they are at; cuts those that have not after `limit`.
    /// - Returns: whether all of them finished, once no client is left.
    func drain(within limit: TimeAmount) -> EventLoopFuture<Bool> {
        let promise = eventLoop.makePromise(of: Bool.self)
        isDraining = true
        drained = promise
        eventLoop.assumeIsolated().scheduleTask(in: limit) { [weak self] in self?.cutClients() }
        // A request may be on its way on a connection that looks idle: it is answered, with `Connection: close`.
        eventLoop.assumeIsolated().scheduleTask(in: min(limit, times.lameDuck)) { [weak self] in self?.closeIdle() }
        if clients.isEmpty { drained?.succeed(true) }
        return promise.futureResult
    }

    private func closeIdle() {
        closesIdle = true
        for client in Array(clients.values) { client.drain() }
    }

    /// Closes what clients are left without waiting for them.
    func cutClients() {
        guard !clients.isEmpty else { return }
        wasCut = true
        for client in Array(clients.values) { client.cut() }
    }

    /// Closes everything at once.
    func stop() {
        isDraining = true
        ticker?.cancel()
        connector.stop()
        cutClients()
        for connection in pool.takeAll() { connection.discard() }
    }
}

@available(*, unavailable)
extension ProxyLoop: Sendable {}

internal import NIOCore
internal import RoutingEngine
internal import RoutingModel
internal import Synchronization

/// All that a worker has on one event loop: the routing table, connections to peers, clients, counters. Nothing of it
/// is shared with another loop, so that no request takes a lock or touches memory that another core writes.
final class ProxyLoop {
    let eventLoop: any EventLoop
    let configuration: ProxyConfiguration
    let times: Times
    /// Has no route before the first snapshot was applied.
    let table = RouteTable()
    let health: HealthBoard
    let limits: SharedLimits
    var counters = ProxyStatistics()
    let traffic = TrafficTable()
    /// Nil without a log.
    var accessLog: LoopAccessLog?
    /// Nil when nobody may see how requests are routed.
    let debugCheck: DebugTokenCheck?
    let upstreamTLS: UpstreamTLSContexts

    // What every request uses, made once.
    var requestHead = RequestHead()
    var responseHead = ResponseHead()
    let headLimits: HeadLimits
    var scratch: ByteBuffer
    /// The time of the event being dealt with.
    var now = NIODeadline.now()

    /// Copies of requests that are under way.
    var mirrors = 0
    private(set) var isDraining = false
    /// Draining has come so far that idle connections, and new ones, are closed.
    private(set) var closesIdle = false
    /// Refuses to serve more at once; see `ProxyConfiguration`.
    var hasTooManyClients: Bool { limits.clients.load(ordering: .relaxed) > configuration.maxClients }
    var hasTooManyRequests: Bool { counters.activeExchanges >= requestLimit }

    /// This loop's part of `ProxyConfiguration.maxRequests`.
    private let requestLimit: Int
    /// By the routes' numbers.
    private var plans: [RoutePlan?] = []
    private var endpoints: [EndpointKey: Endpoint] = [:]
    private var firstClient: ClientConnection?
    /// Clients' sockets, those in a TLS handshake and those with HTTP/2 included.
    private var connectionCount = 0
    private var drained: EventLoopPromise<Bool>?
    private var wasCut = false
    private var ticker: RepeatedTask?
    private(set) lazy var connector = UpstreamConnector(proxy: self)
    /// TLS and HTTP/2, in front of clients that speak them.
    private(set) lazy var fronts = ClientFronts(eventLoop: eventLoop, limits: HTTP2Limits(configuration)) {
        [unowned self] _, front in
        ClientConnection(proxy: self, front: front)
    }

    /// Call it on `eventLoop`.
    init(eventLoop: any EventLoop, configuration: ProxyConfiguration, shared: SharedParts) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        health = shared.health
        limits = shared.limits
        upstreamTLS = shared.upstreamTLS
        accessLog = shared.accessLog.map { LoopAccessLog(writer: $0) }
        debugCheck = configuration.debugKey.map { DebugTokenCheck($0) }
        times = Times(configuration)
        // Rounded up: a small limit leaves no loop without any.
        requestLimit = (configuration.maxRequests + configuration.threads - 1) / configuration.threads
        headLimits = HeadLimits(
            field: min(configuration.maxFieldBytes, configuration.maxHeadBytes), head: configuration.maxHeadBytes,
            count: configuration.maxFieldCount)
        scratch = ByteBufferAllocator().buffer(capacity: 4096)
    }

    // MARK: Routing

    /// Puts a change into force. Exchanges in flight stay with the peer they have; if it fails them, they turn to what
    /// their group is by then. Idle connections to addresses that no group has any more are closed.
    /// - Returns: what is of no use any more; let go of it where it doesn't hold up the loop.
    func apply(_ change: PreparedChange) -> RetiredRoutes {
        let retired = table.apply(change)
        traffic.tableChanged()
        if !change.goneAddresses.isEmpty {
            let gone = Set(change.goneAddresses)
            for (key, endpoint) in endpoints where gone.contains(key.address) {
                for connection in endpoint.retire() { connection.close() }
                endpoints[key] = nil
                limits.forget(key.address)
            }
        }
        return retired
    }

    /// What is done with the requests of `route`.
    func plan(for route: CompiledRoute) -> RoutePlan {
        let number = route.number
        if number < plans.count, let plan = plans[number], plan.route === route { return plan }
        while plans.count <= number { plans.append(nil) }
        let plan = RoutePlan(route, before: plans[number], configuration: configuration, times: times)
        plans[number] = plan
        return plan
    }

    /// This loop's connections to `peer`.
    /// - Parameter host: the request's, for peers with TLS that are asked for it by name.
    func endpoint(for peer: Peer, in group: PeerGroup, host: () -> String) -> Endpoint {
        let tls = group.tls
        let asksForHost = tls != nil && tls?.serverName == nil
        if !asksForHost, let known = peer.endpoint {
            let endpoint = unsafeDowncast(known, to: Endpoint.self)
            if !endpoint.isRetired, endpoint.key.tls == tls { return endpoint }
        }
        let key = EndpointKey(address: peer.address, tls: tls, serverName: asksForHost ? host() : tls?.serverName)
        let endpoint = endpoints[key] ?? Endpoint(key, isOfRequest: asksForHost, limits: limits)
        endpoints[key] = endpoint
        peer.endpoint = endpoint
        return endpoint
    }

    /// Counts a request that came to no peer.
    func countRefused(_ route: CompiledRoute, _ group: PeerGroup?, isForced: Bool, _ failure: ProxyFailure) {
        let numbers = TrafficNumbers(route: route.number, group: group?.number, peer: nil)
        let handle = traffic.began(numbers, isForced: isForced) {
            TrafficKey(route: route.name, group: group?.name, peer: nil)
        }
        traffic.failed(handle, failure, status: 503)
    }

    // MARK: Clients

    /// Counts a client's connection, whatever will be spoken over it, until it is closed.
    func accepted(_ channel: any Channel) {
        connectionCount += 1
        counters.acceptedConnections += 1
        limits.clients.add(1, ordering: .relaxed)
        channel.closeFuture.assumeIsolated().whenComplete { _ in
            self.connectionCount -= 1
            if self.connectionCount == 0 { self.drained?.succeed(!self.wasCut) }
            self.limits.clients.subtract(1, ordering: .relaxed)
        }
    }

    func clientConnected(_ client: ClientConnection) {
        client.nextClient = firstClient
        firstClient?.previousClient = client
        firstClient = client
    }

    func clientClosed(_ client: ClientConnection) {
        let next = client.nextClient
        next?.previousClient = client.previousClient
        if let previous = client.previousClient {
            previous.nextClient = next
        } else if firstClient === client {
            firstClient = next
        } else {
            return
        }
        client.nextClient = nil
        client.previousClient = nil
    }

    /// Every client, as of now: closing one may close others with it.
    private var clients: [ClientConnection] {
        var all: [ClientConnection] = []
        eachClient { all.append($0) }
        return all
    }

    /// Every client; one that `body` closes doesn't disturb it.
    private func eachClient(_ body: (ClientConnection) -> Void) {
        var client = firstClient
        while let current = client {
            client = current.nextClient
            body(current)
        }
    }

    /// What has been counted; numbers of what there is now included.
    var statistics: ProxyStatistics {
        var result = counters
        result.clientConnections = connectionCount
        result.idleUpstreamConnections = endpoints.values.reduce(0) { $0 + $1.idle.count }
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
        self.now = now
        for (key, endpoint) in endpoints {
            if !endpoint.idle.isEmpty {
                for connection in endpoint.takeExpired(at: now) { connection.close() }
            } else if endpoint.isOfRequest, endpoint.connectionCount == 0 {
                // Clients choose the names: whatever they make up is not kept.
                endpoints[key] = nil
            }
        }
        eachClient { $0.checkDeadline(now) }
        accessLog?.flush()
    }

    // MARK: The end

    /// Closes idle clients and lets the others finish what they are at; cuts those that have not after `limit`.
    /// - Parameter patience: how long clients that are idle get for one more request, which is answered with
    ///   `Connection: close`. Closing a connection may always cross a request on it.
    /// - Returns: whether all of them finished, once no client is left.
    func drain(within limit: TimeAmount, patience: TimeAmount) -> EventLoopFuture<Bool> {
        let promise = eventLoop.makePromise(of: Bool.self)
        isDraining = true
        drained = promise
        eventLoop.assumeIsolated().scheduleTask(in: limit) { [weak self] in
            self?.cutClients()
            // Not even for what TLS has to say at its end.
            promise.succeed(false)
        }
        eventLoop.assumeIsolated().scheduleTask(in: min(limit, patience)) { [weak self] in self?.closeIdle() }
        if connectionCount == 0 { promise.succeed(true) }
        return promise.futureResult
    }

    private func closeIdle() {
        closesIdle = true
        fronts.drain()
        for client in clients { client.drain() }
    }

    /// Closes what clients are left without waiting for them.
    func cutClients() {
        guard connectionCount > 0 else { return }
        wasCut = true
        fronts.cut()
        for client in clients { client.cut() }
    }

    /// Closes everything at once.
    func stop() {
        isDraining = true
        ticker?.cancel()
        connector.stop()
        cutClients()
        for endpoint in endpoints.values {
            for connection in endpoint.retire() { connection.close() }
        }
    }
}

@available(*, unavailable)
extension ProxyLoop: Sendable {}

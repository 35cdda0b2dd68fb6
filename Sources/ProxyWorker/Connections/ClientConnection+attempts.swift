internal import NIOCore
internal import NIOPosix
internal import RoutingEngine
internal import RoutingModel

/// From the choice of a peer to a request that is sent.
extension ClientConnection {
    /// Sends the request to `peer`, or says why it can't.
    /// - Parameters:
    ///   - peer: nil when the group has none that can take it.
    ///   - isFirst: whether the loop's scanner still has the request.
    func attempt(_ peer: Peer?, isFirst: Bool) {
        guard let group = exchange?.group else { return }
        var peer = peer
        // One that may only be tried by one request at a time is passed over while another does; it is out for as long.
        while let doubtful = peer, !proxy.mayTry(doubtful, in: group) { peer = nextPeer() }
        let limit = group.maxConnections
        if limit > 0 {
            // One that has as many requests as it may have is passed over.
            while let full = peer, !proxy.endpoint(for: full, in: group, host: hostName).requests.take(limit: limit) {
                exchange?.tried.append(full)
                exchange?.lastFailure = .overloaded
                peer = nextPeer()
            }
        }
        guard let exchange else { return }
        guard let peer else { return noPeer() }
        let endpoint = proxy.endpoint(for: peer, in: group, host: hostName)
        if limit > 0 { self.exchange?.reserved = endpoint.requests }
        peer.active += 1
        self.exchange?.isCharged = true
        self.exchange?.peer = peer
        self.exchange?.triedAt = proxy.now
        let route = exchange.plan.route
        let numbers = TrafficNumbers(route: route.number, group: group.number, peer: peer.number)
        self.exchange?.traffic =
            exchange.attempts == 1
            ? proxy.traffic.began(numbers, isForced: exchange.entry < 0) {
                TrafficKey(route: route.name, group: group.name, peer: peer.id)
            }
            : proxy.traffic.retried(numbers) { TrafficKey(route: route.name, group: group.name, peer: peer.id) }
        if let upstream = endpoint.take() {
            send(on: upstream, isScanned: isFirst)
        } else {
            connect(endpoint)
        }
    }

    /// The next peer of the exchange's group that wasn't tried.
    private func nextPeer() -> Peer? {
        guard let exchange else { return nil }
        return withScannedRequest { view in
            exchange.group.pick(for: view, excluding: exchange.tried, at: proxy.now.uptimeNanoseconds)
        }
    }

    private func noPeer() {
        guard let exchange else { return }
        if exchange.tried.isEmpty {
            proxy.countRefused(exchange.plan.route, exchange.group, isForced: exchange.entry < 0, .noPeer)
        }
        guard let action = self.exchange?.state.peersExhausted(exchange.tried.isEmpty ? .noPeer : exchange.lastFailure)
        else { return }
        perform(action)
    }

    /// Makes a connection to the peer.
    private func connect(_ endpoint: Endpoint) {
        guard let exchange, let peer = exchange.peer else { return }
        let number = exchangeNumber
        touch()
        updateReading()
        proxy.connector.connect(endpoint, timeout: exchange.plan.connectTimeout) { [self] result in
            proxy.now = .now()
            switch result {
            case .success(let upstream):
                proxy.connectSucceeded(peer, in: exchange.group)
                guard self.exchange != nil, number == exchangeNumber else {
                    // The client went away meanwhile; the next one will have use for the connection.
                    return upstream.release(keep: true)
                }
                send(on: upstream, isScanned: false)
                upstream.flush()
                // What came meanwhile can flow now.
                resume()
            case .failure(let error):
                guard self.exchange != nil, number == exchangeNumber else {
                    return proxy.connectFailed(peer, in: exchange.group, timedOut: Self.isTimeout(error))
                }
                connectFailed(timedOut: Self.isTimeout(error))
            }
        }
    }

    private func connectFailed(timedOut: Bool) {
        guard let exchange, let peer = exchange.peer else { return }
        proxy.connectFailed(peer, in: exchange.group, timedOut: timedOut)
        fail(timedOut ? .connectTimeout : .connect)
        self.exchange?.lastFailure = timedOut ? .upstreamTimeout : .upstreamFailed
        let plan = exchange.plan
        guard
            let action = self.exchange?.state.connectFailed(
                timedOut: timedOut, budget: { plan.mayRetry(at: proxy.now) })
        else { return }
        perform(action)
        exchangeFlush()
    }

    /// Sends the head and all that is held; the caller flushes.
    private func send(on upstream: UpstreamConnection, isScanned: Bool) {
        guard let exchange else { return }
        upstream.owner = self
        self.exchange?.upstream = upstream
        let keepsHeld = self.exchange?.state.sent(reused: upstream.isReused) ?? false
        if !isScanned {
            _ = head.withUnsafeReadableBytes { proxy.requestHead.scan($0, limits: proxy.headLimits) }
        }
        proxy.scratch.clear()
        writeHead(for: exchange, upstream.endpoint, into: &proxy.scratch)
        upstream.write(proxy.scratch)
        if let held = exchange.held { upstream.write(held) }
        if !keepsHeld { self.exchange?.held = nil }
        upstream.isReading = isWritable
        touch()
    }

    /// Writes the request's head, which the loop's scanner has, as a peer gets it.
    func writeHead(for exchange: Exchange, _ endpoint: Endpoint, isMirror: Bool = false, into out: inout ByteBuffer) {
        let proxy = proxy
        head.withUnsafeReadableBytes { bytes in
            sourceIP.withUnsafeBytes { source in
                endpoint.authority.withUnsafeBytes { authority in
                    var plan = RequestPlan(sourceIP: source, peerAuthority: authority)
                    plan.isSecure = front.isTLS
                    plan.trustsClient = !trustedProxyIP.isEmpty
                    plan.rewrite = exchange.plan.rewrite
                    plan.changes = exchange.plan.forwarding(isMirror ? -1 : exchange.entry).request
                    guard plan.trustsClient else {
                        return HeadWriter.request(proxy.requestHead, over: bytes, plan: plan, into: &out)
                    }
                    trustedProxyIP.withUnsafeBytes { connection in
                        plan.connectionIP = connection
                        HeadWriter.request(proxy.requestHead, over: bytes, plan: plan, into: &out)
                    }
                }
            }
        }
    }

    /// Sends on what was written while nobody's turn ends with a flush.
    func exchangeFlush() {
        exchange?.upstream?.flush()
        context?.flush()
        updateReading()
    }

    // MARK: What becomes of an attempt

    func perform(_ action: ExchangeState.FailureAction) {
        guard let exchange else { return }
        switch action {
        case .none:
            break
        case .tryAnotherPeer:
            endAttempt()
            if let peer = exchange.peer { self.exchange?.tried.append(peer) }
            if exchange.plan.retriesAcross, exchange.entry >= 0 { cross() }
            let peer = nextPeer()
            if peer != nil {
                self.exchange?.attempts += 1
                proxy.counters.retries += 1
            }
            attempt(peer, isFirst: false)
        case .trySamePeer:
            proxy.counters.staleRetries += 1
            let upstream = exchange.upstream
            self.exchange?.upstream = nil
            upstream?.release(keep: false)
            if let peer = exchange.peer { connect(proxy.endpoint(for: peer, in: exchange.group, host: hostName)) }
        case .answer(let code):
            answer(ProxyProblem(code), to: exchange)
        case .abortClient:
            abort()
        }
    }

    /// Leaves the group for another one of the route's split, if there is one that can serve.
    private func cross() {
        guard let exchange else { return }
        guard
            let (group, entry) = proxy.table.otherGroup(
                of: exchange.plan.route, than: exchange.group, randomBucket: Int.random(in: 0..<10_000))
        else { return }
        self.exchange?.group = group
        self.exchange?.entry = entry
    }

    /// Gives up the connection without letting it say so, and what the peer was charged with.
    func endAttempt() {
        guard let exchange else { return }
        let upstream = exchange.upstream
        self.exchange?.upstream = nil
        upstream?.release(keep: false)
        releasePeer()
        closeTry(status: 0)
    }

    /// Takes the request off the peer's account.
    func releasePeer() {
        guard let exchange, exchange.isCharged, let peer = exchange.peer else { return }
        self.exchange?.isCharged = false
        peer.active -= 1
        exchange.reserved?.leave()
        self.exchange?.reserved = nil
    }

    /// Ends the try in the statistics.
    /// - Parameter status: what the client got of it; 0 for nothing.
    func closeTry(status: Int) {
        guard let exchange, exchange.traffic >= 0 else { return }
        let traffic = exchange.traffic
        let noted = exchange.failure
        exchange.traffic = -1
        exchange.failure = nil
        let hasHead = exchange.headAt != .distantFuture
        let nanoseconds = hasHead ? UInt64(max(0, (exchange.headAt - exchange.startedAt).nanoseconds)) : 0
        if let failure = noted ?? (hasHead ? nil : .clientAbort) {
            proxy.traffic.failed(
                traffic, failure, status: status, nanoseconds: hasHead ? nanoseconds : nil)
        } else {
            proxy.traffic.finished(traffic, status: status, nanoseconds: nanoseconds)
        }
    }

    /// Notes why the try under way failed, against its peer if that is to blame.
    func fail(_ failure: ProxyFailure) {
        guard let exchange, exchange.traffic >= 0 else { return }
        self.exchange?.failure = failure
        // Failed connections have been told already.
        guard !failure.isConnect, let peer = exchange.peer else { return }
        proxy.requestFailed(peer, in: exchange.group, failure)
    }

    /// The request's host, as a name.
    func hostName() -> String {
        withScannedRequest { String(decoding: $0.host, as: UTF8.self) }
    }

    private static func isTimeout(_ error: any Error) -> Bool {
        switch error {
        case ChannelError.connectTimeout: return true
        // A host name: what became of its addresses, if it has any.
        case let error as NIOConnectionError: return error.connectionErrors.contains { isTimeout($0.error) }
        default: return false
        }
    }
}

internal import NIOCore
internal import RoutingEngine
internal import RoutingModel

/// From the choice of a peer to a request that is sent.
extension ClientConnection {
    /// Sends the request, which the loop's scanner has, to its first peer, or says why it can't.
    /// - Parameter peer: whose turn it is; nil when the group has none that can take it.
    func begin(with peer: Peer?) {
        guard let exchange else { return }
        guard let (peer, place) = admit(peer, of: exchange.group) else { return noPeer() }
        attempt(peer, place, isFirst: true)
    }

    /// The first of the group's peers, from `first` on, that takes the request now.
    /// - Returns: with its place among the peer's requests, when their number is limited; nil when there is none.
    private func admit(_ first: Peer?, of group: PeerGroup) -> (Peer, SharedLimits.PeerCount?)? {
        let limit = group.maxConnections
        var candidate = first
        while let peer = candidate {
            let place = limit > 0 ? proxy.endpoint(for: peer, in: group, host: hostName).requests : nil
            if place?.take(limit: limit) == false {
                exchange?.tried.append(peer)
            } else if proxy.mayTry(peer, in: group) {
                return (peer, place)
            } else {
                // It may only be tried by one request at a time, and another does; it is out for as long.
                place?.leave()
            }
            candidate = nextPeer(of: group)
        }
        return nil
    }

    /// Sends the request to `peer`.
    /// - Parameters:
    ///   - place: what it has taken of the peer.
    ///   - isFirst: whether the loop's scanner still has the request.
    private func attempt(_ peer: Peer, _ place: SharedLimits.PeerCount?, isFirst: Bool) {
        guard let exchange else { return place?.leave() ?? () }
        let group = exchange.group
        let endpoint = proxy.endpoint(for: peer, in: group, host: hostName)
        exchange.reserved = place
        peer.active += 1
        exchange.isCharged = true
        exchange.peer = peer
        exchange.triedAt = proxy.now
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

    /// The next peer of a group that wasn't tried.
    private func nextPeer(of group: PeerGroup) -> Peer? {
        guard let exchange else { return nil }
        return withScannedRequest { view in
            group.pick(for: view, excluding: exchange.tried, at: proxy.now.uptimeNanoseconds)
        }
    }

    /// The request came to no peer at all: there is none, or all have as many requests as they may have.
    private func noPeer() {
        guard let exchange else { return }
        let isFull = !exchange.tried.isEmpty
        proxy.countRefused(
            exchange.plan.route, exchange.group, isForced: exchange.entry < 0, isFull ? .overload : .noPeer)
        perform(exchange.state.peersExhausted(isFull ? .overloaded : .noPeer))
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
                let isOurs = self.exchange != nil && number == exchangeNumber
                if ConnectFailure.isOwn(error) {
                    if isOurs { lackMeans() }
                } else if isOurs {
                    connectFailed(timedOut: ConnectFailure.isTimeout(error))
                } else {
                    proxy.connectFailed(peer, in: exchange.group, timedOut: ConnectFailure.isTimeout(error))
                }
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

    /// The worker itself has nothing left to make a connection with: no fault of the peer's, and no other peer helps.
    private func lackMeans() {
        fail(.overload)
        guard let action = exchange?.state.giveUp(answering: .overloaded) else { return }
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
                    plan.changes =
                        (isMirror ? exchange.plan.ownForwarding : exchange.plan.forwarding(exchange.place)).request
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

    /// Sends on what was written while nobody's turn ends with a flush, and goes on with what waits: the exchange may be
    /// over.
    func exchangeFlush() { resume() }

    // MARK: What becomes of an attempt

    func perform(_ action: ExchangeState.FailureAction) {
        guard let exchange else { return }
        switch action {
        case .none:
            break
        case .tryAnotherPeer:
            if !tryAnotherPeer() { perform(exchange.state.peersExhausted(exchange.lastFailure)) }
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

    /// Gives up the try under way, and begins one with another peer.
    /// - Returns: false when nobody else can take the request; the try is as it was then.
    func tryAnotherPeer() -> Bool {
        guard let exchange else { return false }
        if let peer = exchange.peer { exchange.tried.append(peer) }
        for place in retryPlaces(exchange) {
            guard let (peer, reserved) = admit(nextPeer(of: place.group), of: place.group) else { continue }
            endAttempt()
            if place.group !== exchange.group {
                exchange.otherPlace = exchange.place
                exchange.hasCrossed = true
                exchange.place = place
            }
            exchange.attempts += 1
            proxy.counters.retries += 1
            attempt(peer, reserved, isFirst: false)
            return true
        }
        return false
    }

    /// Where a retry may go, the better place first.
    ///
    /// A route that lets retries leave their group has them leave it once. It is left at once for a group of a greater
    /// share: what is wrong with one peer of a canary is most likely wrong with all. For another one it is left when it
    /// has nobody else.
    private func retryPlaces(_ exchange: Exchange) -> [Exchange.Place] {
        let own = exchange.place
        guard exchange.plan.retriesAcross, own.entry >= 0 else { return [own] }
        let plan = exchange.plan
        if exchange.otherPlace == nil,
            let (group, entry) = proxy.table.otherGroup(
                of: plan.route, than: own.group, randomBucket: Int.random(in: 0..<10_000))
        {
            exchange.otherPlace = Exchange.Place(group: group, entry: entry)
        }
        guard let other = exchange.otherPlace else { return [own] }
        let leaves = !exchange.hasCrossed && plan.share(of: other.entry) > plan.share(of: own.entry)
        return leaves ? [other, own] : [own, other]
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
    /// - Parameter isStale: whether it met a kept connection at its end, which says nothing about the peer.
    func fail(_ failure: ProxyFailure, isStale: Bool = false) {
        guard let exchange, exchange.traffic >= 0 else { return }
        self.exchange?.failure = failure
        // Failed connections have been told already.
        guard !failure.isConnect, !isStale, let peer = exchange.peer else { return }
        proxy.requestFailed(peer, in: exchange.group, failure)
    }

    /// The request's host, as a name.
    func hostName() -> String {
        withScannedRequest { String(decoding: $0.host, as: UTF8.self) }
    }
}

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import RoutingEngine
internal import RoutingModel

/// From a request's head to a connection that it is sent on.
extension ClientHandler {
    func requestHead(_ head: HTTPRequestHead) {
        proxy.counters.requests += 1
        let request: ProxiedRequest
        do {
            request = try reader.read(head)
        } catch {
            return answer(error, closing: true, isHead: head.method == .HEAD)
        }
        switch proxy.table.decide(request) {
        case .noRoute:
            answer(.init(.noRoute), to: request)
        case .noPeer:
            answer(.init(.noPeer), to: request)
        case .forward(let selection):
            exchangeNumber &+= 1
            phase = .exchanging
            proxy.counters.activeExchanges += 1
            exchange = Exchange(
                request: request,
                group: selection.group,
                state: ExchangeState(
                    isIdempotent: request.isIdempotent,
                    retries: proxy.configuration.retries,
                    replayLimit: proxy.configuration.replayLimit
                )
            )
            attempt()
        }
    }

    func requestBody(_ buffer: ByteBuffer) {
        guard let action = exchange?.state.bodyReceived(bytes: buffer.readableBytes) else { return }
        switch action {
        case .hold:
            exchange?.heldBody.append(buffer)
        case .forward:
            exchange?.upstream?.write(.body(.byteBuffer(buffer)))
        case .forwardAndHold:
            exchange?.heldBody.append(buffer)
            exchange?.upstream?.write(.body(.byteBuffer(buffer)))
        case .forwardAndRelease:
            exchange?.release()
            exchange?.upstream?.write(.body(.byteBuffer(buffer)))
        case .drop:
            break
        }
        touch()
    }

    func requestEnd(_ trailers: HTTPHeaders?) {
        guard let action = exchange?.state.requestEndReceived() else { return }
        let trailers = RequestForwarding.trailers(trailers)
        switch action {
        case .hold:
            exchange?.heldEnd = Exchange.HeldEnd(trailers: trailers)
        case .forwardAndHold:
            exchange?.heldEnd = Exchange.HeldEnd(trailers: trailers)
            exchange?.upstream?.write(.end(trailers))
        case .forward, .forwardAndRelease:
            exchange?.upstream?.write(.end(trailers))
        case .drop:
            break
        }
        touch()
    }

    /// The codec found no HTTP where the request's body should go on.
    func requestBroke() {
        exchange?.closesClient = true
        guard let action = exchange?.state.requestBroken() else { return }
        perform(action)
    }

    // MARK: Attempts

    /// Takes the next peer.
    func attempt() {
        guard let exchange else { return }
        guard let peer = proxy.pick(exchange.group, excluding: exchange.tried) else {
            guard !exchange.tried.isEmpty else { return perform(.answer(.noPeer)) }
            guard let action = self.exchange?.state.peersExhausted(timedOut: exchange.lastConnectTimedOut) else {
                return
            }
            return perform(action)
        }
        if !exchange.tried.isEmpty { proxy.counters.retries += 1 }
        self.exchange?.peer = peer
        let address = PeerAddress(peer)
        if let upstream = proxy.pool.take(address) {
            // It has been connected to and is still open: so much for not being reachable.
            proxy.connectSucceeded(peer)
            send(on: upstream)
        } else {
            connect(peer)
        }
    }

    /// Makes a connection to the peer.
    func connect(_ peer: SnapshotPeer) {
        let number = exchangeNumber
        touch()
        proxy.connector.connect(PeerAddress(peer)) { [self] result in
            switch result {
            case .success(let upstream):
                proxy.connectSucceeded(peer)
                guard exchange != nil, number == exchangeNumber else {
                    // The client went away meanwhile; the next one will have use for the connection.
                    return upstream.release(keep: true)
                }
                send(on: upstream)
                upstream.flush()
                readMore()
            case .failure(let error):
                let timedOut = Self.isTimeout(error)
                proxy.connectFailed(peer, timedOut: timedOut)
                guard number == exchangeNumber else { return }
                exchange?.lastConnectTimedOut = timedOut
                guard let action = exchange?.state.connectFailed(timedOut: timedOut) else { return }
                perform(action)
            }
        }
    }

    /// Sends the head and all that is held; the caller flushes.
    private func send(on upstream: UpstreamHandler) {
        guard let exchange, let peer = exchange.peer else { return }
        upstream.owner = self
        self.exchange?.upstream = upstream
        let keepsHeld = self.exchange?.state.sent(reused: upstream.isReused) ?? false
        upstream.write(.head(RequestForwarding.head(for: exchange.request, peer: peer)))
        for buffer in exchange.heldBody { upstream.write(.body(.byteBuffer(buffer))) }
        if let end = exchange.heldEnd { upstream.write(.end(end.trailers)) }
        if !keepsHeld { self.exchange?.release() }
        touch()
        upstream.read()
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

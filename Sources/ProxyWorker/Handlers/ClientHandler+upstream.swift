internal import NIOCore
internal import NIOHTTP1
internal import RoutingModel

/// What comes from the peer, and what becomes of it.
extension ClientHandler {
    func upstreamHead(_ head: HTTPResponseHead) {
        guard let exchange else { return }
        let code = head.status.code
        if code < 200 {
            // Upgrade was never asked for.
            if code == 101 { return upstreamFailed(isMalformed: true) }
            self.exchange?.hasInterim = true
            if exchange.request.isHTTP11 {
                // RFC 9110 section 15.2: interim responses are passed on.
                if code == 100 { self.exchange?.hasContinued = true }
                context?.write(wrapOutboundOut(.head(Self.interim(head))), promise: nil)
            }
            return touch()
        }
        // A client that still waits to be told to go on won't send its body: where its next request begins is unknown.
        let leavesBody = exchange.request.expectsContinue && !exchange.hasContinued && !exchange.state.requestEnded
        guard
            let forwarding = ResponseForwarding(
                head,
                to: exchange.request,
                closing: proxy.isDraining || leavesBody || exchange.closesClient
            ),
            self.exchange?.state.responseHeadReceived() == true
        else { return upstreamFailed(isMalformed: true) }
        self.exchange?.release()
        self.exchange?.closesClient = forwarding.closesClient
        self.exchange?.keepsUpstream = forwarding.keepsUpstream
        exchange.upstream?.keepAlive = forwarding.upstreamKeepAlive
        proxy.counters.countResponse(status: Int(code))
        context?.write(wrapOutboundOut(.head(forwarding.head)), promise: nil)
        touch()
    }

    func upstreamBody(_ buffer: ByteBuffer) {
        guard exchange?.state.response == .streaming else { return }
        context?.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        touch()
    }

    func upstreamEnd(_ trailers: HTTPHeaders?) {
        guard exchange?.state.responseEndReceived() == true else { return }
        context?.write(wrapOutboundOut(.end(RequestForwarding.trailers(trailers))), promise: nil)
    }

    /// All that came at once was handed over.
    ///
    /// Only now is an exchange ended and its connection put back: whatever came behind the response has been seen by
    /// the codec by now, and can't be taken for the answer to another request.
    func upstreamReadComplete() {
        context?.flush()
        guard let exchange else { return }
        if exchange.state.response == .ended {
            finish()
        } else if context?.channel.isWritable == true {
            exchange.upstream?.read()
        }
    }

    func upstreamBecameWritable() {
        touch()
        readMore()
    }

    /// The connection closed.
    func upstreamClosed() { upstreamFailed(isMalformed: false) }

    /// The connection is of no use any more.
    func upstreamFailed(isMalformed: Bool) {
        guard let exchange else { return }
        switch exchange.state.response {
        case .ended:
            self.exchange?.keepsUpstream = false
            return finish()
        case .streaming: count(isMalformed ? \.malformedResponses : \.truncatedResponses)
        case .awaited, .connecting: count(isMalformed ? \.malformedResponses : \.earlyCloses)
        }
        guard let action = self.exchange?.state.upstreamFailed(answered: isMalformed || exchange.hasInterim) else {
            return
        }
        perform(action)
    }

    func exchangeTimedOut(clientIsSlow: Bool) {
        guard let exchange else { return }
        let waitsForHead = exchange.state.requestEnded && exchange.state.response != .streaming
        count(waitsForHead ? \.headTimeouts : \.streamTimeouts)
        let bodyIsMissing = !exchange.state.requestEnded && (exchange.upstream?.isWritable ?? true)
        if !waitsForHead { self.exchange?.closesClient = true }
        guard let action = self.exchange?.state.timedOut(clientIsSlow: clientIsSlow || bodyIsMissing) else { return }
        perform(action)
    }

    // MARK: Effects

    func perform(_ action: ExchangeState.FailureAction) {
        guard let exchange else { return }
        switch action {
        case .none:
            break
        case .tryAnotherPeer:
            detachUpstream()
            if let peer = exchange.peer { self.exchange?.tried.append(peer.id) }
            attempt()
            self.exchange?.upstream?.flush()
            readMore()
        case .trySamePeer:
            proxy.counters.staleRetries += 1
            detachUpstream()
            if let peer = exchange.peer { connect(peer) }
        case .answer(let code):
            answer(ProxyProblem(code), to: exchange.request)
        case .abortClient:
            abort()
        }
    }

    /// Gives up the connection without letting it say so.
    private func detachUpstream() {
        guard let upstream = exchange?.upstream else { return }
        exchange?.upstream = nil
        upstream.release(keep: false)
    }

    private func count(_ counter: WritableKeyPath<ProxyStatistics, Int>) { proxy.counters[keyPath: counter] += 1 }

    private static func interim(_ head: HTTPResponseHead) -> HTTPResponseHead {
        let fields = head.headers.filter { FieldKind($0.name) == .endToEnd }.map { ($0.name, $0.value) }
        return HTTPResponseHead(version: .http1_1, status: head.status, headers: HTTPHeaders(fields))
    }
}

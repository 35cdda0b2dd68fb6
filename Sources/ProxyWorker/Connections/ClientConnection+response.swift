internal import NIOCore
internal import RoutingEngine

/// What comes from the peer, and what becomes of it.
extension ClientConnection {
    func upstreamReceived(_ buffer: inout ByteBuffer) {
        proxy.now = .now()
        isTakingResponse = true
        while buffer.readableBytes > 0, let exchange {
            switch exchange.state.response {
            case .awaited:
                guard takeResponseHead(&buffer, exchange) else { return }
            case .streaming where phase == .tunnel:
                return passBack(&buffer)
            case .streaming:
                let before = buffer.readableBytes
                takeResponseBody(&buffer)
                // The beginning of a trailer section: it waits for the rest.
                if buffer.readableBytes == before, self.exchange?.state.response == .streaming { return }
            case .ended, .connecting:
                // Nobody asked for it: whatever it is, it must not be taken for the answer to another request.
                self.exchange?.keepsUpstream = false
                buffer.clear()
            }
        }
        guard exchange == nil else { return }
        buffer.clear()
        resume()
    }

    /// - Returns: false when the head isn't complete.
    private func takeResponseHead(_ buffer: inout ByteBuffer, _ exchange: Exchange) -> Bool {
        let proxy = proxy
        guard let upstream = exchange.upstream else { return false }
        let outcome = buffer.withUnsafeReadableBytes { bytes in
            proxy.responseHead.scan(
                bytes, limits: .response, forHead: exchange.request.isHead, progress: &upstream.headProgress)
        }
        switch outcome {
        case .incomplete:
            return false
        case .refused:
            buffer.clear()
            upstreamFailed(isMalformed: true)
            return true
        case .complete(let count):
            let status = proxy.responseHead.status
            if status >= 200 {
                finalHead(&buffer, count, exchange)
            } else if status == 101 {
                switchProtocols(&buffer, count, exchange)
            } else {
                interimHead(&buffer, count, exchange)
            }
            return true
        }
    }

    /// RFC 9110 section 15.2: interim responses are passed on, but not to HTTP/1.0.
    private func interimHead(_ buffer: inout ByteBuffer, _ count: Int, _ exchange: Exchange) {
        self.exchange?.hasInterim = true
        if exchange.request.isHTTP11 {
            if proxy.responseHead.status == 100 { self.exchange?.hasContinued = true }
            write(head: &buffer, count, ResponsePlan(proxy.responseHead, to: exchange.request, closing: false))
        } else {
            buffer.moveReaderIndex(forwardBy: count)
        }
        touch()
    }

    private func finalHead(_ buffer: inout ByteBuffer, _ count: Int, _ exchange: Exchange) {
        let proxy = proxy
        let status = proxy.responseHead.status
        let plan = exchange.plan
        if let peer = exchange.peer { proxy.answered(peer, in: exchange.group, status: status) }
        if status >= 500 {
            if plan.causes.rawValue > ExchangeState.Causes.timeout.rawValue,
                self.exchange?.state.retries(status: status, budget: { plan.mayRetry(at: proxy.now) }) == true
            {
                fail(status == 502 ? .status502 : status == 503 ? .status503 : .status504)
                if tryAnotherPeer() {
                    buffer.clear()
                    return exchangeFlush()
                }
                // What the peer says is better than what the proxy could.
                exchange.failure = nil
                exchange.state.retryAbandoned()
            }
        }
        guard self.exchange?.state.responseHeadReceived() == true else {
            buffer.clear()
            return upstreamFailed(isMalformed: true)
        }
        let request = exchange.request
        let framing = proxy.responseHead.framing
        // A client that still waits to be told to go on won't send its body: where its next request begins is unknown.
        let leavesBody = request.expectsContinue && !exchange.hasContinued && !exchange.state.requestEnded
        var how = ResponsePlan(
            proxy.responseHead, to: request,
            closing: exchange.closesClient || proxy.isDraining || leavesBody || (inputEnded && waiting == nil))
        how.changes = exchange.plan.forwarding(exchange.place).response
        self.exchange?.status = status
        self.exchange?.headAt = proxy.now
        self.exchange?.held = nil
        self.exchange?.closesClient = how.closesClient
        self.exchange?.keepsUpstream = proxy.responseHead.isKeepAlive && framing != .untilClose
        exchange.upstream?.keepAlive = proxy.responseHead.keepAliveTimeout
        proxy.counters.countResponse(status: status)
        let plainLength: Int? =
            switch framing {
            case .none: 0
            case .length(let length): length
            case .chunked, .untilClose: nil
            }
        if let plainLength, !exchange.wantsDebug, buffer.readableBytes == count + plainLength,
            how.isUntouched(proxy.responseHead)
        {
            // All of it, and nothing to change: it goes as it came.
            self.exchange?.bytesSent += plainLength
            context?.write(wrapOutboundOut(buffer), promise: nil)
            buffer.moveReaderIndex(forwardBy: buffer.readableBytes)
            return endOfResponse()
        }
        responseBody = BodyReader(framing, isChunkedOut: how.framing == .chunked)
        if exchange.wantsDebug {
            debugLines(exchange).withUnsafeReadableBytes { extra in
                how.extra = extra
                write(head: &buffer, count, how, withBody: true)
            }
        } else {
            write(head: &buffer, count, how, withBody: true)
        }
    }

    /// Longest part of a body that is copied to go out with its head.
    private static let copyLimit = 16 * 1024

    /// Writes the head that begins the buffer, and with it what there is of a short body.
    private func write(head buffer: inout ByteBuffer, _ count: Int, _ plan: ResponsePlan, withBody: Bool = false) {
        let proxy = proxy
        proxy.scratch.clear()
        buffer.readWithUnsafeReadableBytes { bytes in
            HeadWriter.response(
                proxy.responseHead, over: UnsafeRawBufferPointer(rebasing: bytes[..<count]), plan: plan,
                into: &proxy.scratch)
            return count
        }
        guard withBody else { return send(proxy.scratch) }
        if responseBody.hasEnded {
            send(proxy.scratch)
            return endOfResponse()
        }
        if buffer.readableBytes > Self.copyLimit {
            send(proxy.scratch)
            return takeResponseBody(&buffer)
        }
        let outcome = responseBody.read(&buffer) { part in
            var part = part
            exchange?.bytesSent += part.readableBytes
            proxy.scratch.writeBuffer(&part)
        }
        send(proxy.scratch)
        follow(outcome)
    }

    private func takeResponseBody(_ buffer: inout ByteBuffer) {
        follow(
            responseBody.read(&buffer) { part in
                exchange?.bytesSent += part.readableBytes
                send(part)
            })
    }

    private func follow(_ outcome: BodyReader.Outcome) {
        switch outcome {
        case .more: touch()
        case .ended: endOfResponse()
        case .invalid: upstreamFailed(isMalformed: true)
        }
    }

    /// Writes to the client.
    func send(_ buffer: ByteBuffer) {
        context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    private func endOfResponse() {
        // What ends the exchange waits for the end of what came at once.
        _ = exchange?.state.responseEndReceived()
    }

    /// All that came at once was handed over.
    ///
    /// Only now is an exchange ended and its connection put back: whatever came behind the response has been seen by
    /// now, and can't be taken for the answer to another request.
    func upstreamReadComplete() {
        isTakingResponse = false
        guard let exchange else { return }
        if exchange.state.response == .ended {
            finish()
        } else {
            context?.flush()
            if !isWritable { exchange.upstream?.isReading = false }
        }
    }

    func upstreamBecameWritable() {
        touch()
        resume()
    }

    /// The connection closed.
    func upstreamClosed(isBroken: Bool) {
        guard let exchange else { return }
        self.exchange?.upstream = nil
        proxy.now = .now()
        if phase == .tunnel { return endTunnel() }
        if exchange.state.response == .streaming, responseBody.endsWithConnection, !isBroken {
            responseBody.close { send($0) }
            _ = self.exchange?.state.responseEndReceived()
            self.exchange?.keepsUpstream = false
            return finish()
        }
        upstreamFailed(isMalformed: false)
        exchangeFlush()
    }

    /// The connection is of no use any more.
    func upstreamFailed(isMalformed: Bool) {
        guard let exchange else { return }
        switch exchange.state.response {
        case .ended:
            self.exchange?.keepsUpstream = false
            return finish()
        case .streaming:
            proxy.counters.count(isMalformed ? \.malformedResponses : \.truncatedResponses)
            fail(isMalformed ? .malformed : .truncated)
        case .awaited:
            proxy.counters.count(isMalformed ? \.malformedResponses : \.earlyCloses)
        case .connecting:
            break
        }
        let isStale = exchange.state.response == .awaited(reused: true) && !isMalformed && !exchange.hasInterim
        let plan = exchange.plan
        guard
            let action = self.exchange?.state.upstreamFailed(
                answered: isMalformed || exchange.hasInterim, budget: { plan.mayRetry(at: proxy.now) })
        else { return }
        // A connection that was idle for too long says nothing about its peer.
        if action != .trySamePeer, action != .abortClient {
            fail(isMalformed ? .malformed : .reset, isStale: isStale)
        }
        self.exchange?.lastFailure = .upstreamFailed
        perform(action)
    }
}

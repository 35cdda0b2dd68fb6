internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import RoutingEngine

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The end of a response, and responses of the proxy's own.
extension ClientConnection {
    /// Answers the request being served; its connection goes on unless the request makes that impossible.
    func answer(_ problem: ProxyProblem, to exchange: Exchange) {
        let waitsForContinue =
            exchange.request.expectsContinue && !exchange.hasContinued && !exchange.state.requestEnded
        let closing =
            exchange.closesClient || proxy.isDraining || waitsForContinue || problem.code == .requestTimeout
        self.exchange?.status = problem.code.status
        self.exchange?.reason = problem.code.rawValue
        answer(
            problem, closing: closing, isHead: exchange.request.isHead, isHTTP11: exchange.request.isHTTP11,
            debug: exchange.wantsDebug ? debugLines(exchange) : nil)
    }

    /// Sends a problem document and ends the exchange, if there is one.
    /// - Parameters:
    ///   - decision: how a request was routed that has none.
    ///   - debug: further lines.
    func answer(
        _ problem: ProxyProblem, closing: Bool, isHead: Bool = false, isHTTP11: Bool = true, decision: Decision? = nil,
        debug: ByteBuffer? = nil
    ) {
        let code = problem.code
        let text = problem.body
        var out = ByteBufferAllocator().buffer(capacity: 512)
        out.writeString("HTTP/1.1 \(code.status) \(code.title)\r\nContent-Type: application/problem+json\r\n")
        out.writeString("Content-Length: \(text.utf8.count)\r\nX-Signalbox-Error: \(code.rawValue)\r\n")
        // RFC 9111 section 4.2.2: a 404 may be kept by caches, and this one is not the origin's word.
        out.writeStaticString("Cache-Control: no-store\r\n")
        // RFC 9110 section 15.5.6 wants the list.
        if code == .methodNotAllowed {
            out.writeStaticString("Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS, TRACE, PATCH\r\n")
        }
        if code == .overloaded { out.writeStaticString("Retry-After: 1\r\n") }
        if closing {
            out.writeStaticString("Connection: close\r\n")
        } else if !isHTTP11 {
            out.writeStaticString("Connection: keep-alive\r\n")
        }
        if let debug { out.writeImmutableBuffer(debug) }
        out.writeStaticString("\r\n")
        if !isHead {
            exchange?.bytesSent += text.utf8.count
            out.writeString(text)
        }
        proxy.counters.countResponse(status: code.status)
        proxy.counters.countProblem(code)
        send(out)
        if exchange == nil, proxy.accessLog != nil { log(refused: problem, decision, isHTTP11: isHTTP11) }
        endExchange(keepsUpstream: false)
        goOn(closing: closing)
    }

    /// The response was passed on whole.
    func finish() {
        guard let exchange else { return }
        // After an early response the peer may not have taken all of the body.
        let isSent = exchange.bytesReceived == 0 || exchange.upstream?.bufferedBytes == 0
        endExchange(keepsUpstream: exchange.keepsUpstream && requestBody.hasEnded && isSent)
        goOn(closing: exchange.closesClient)
        resume()
    }

    /// The response can't be completed: only an end that isn't clean says so (RFC 9112 section 8).
    func abort() {
        let untilClose = exchange?.request.isHTTP11 == false
        endExchange(keepsUpstream: false)
        phase = .closing
        context?.flush()
        // A body that ends with the connection would look whole after an orderly close.
        if untilClose, let channel = context?.channel as? any SocketOptionProvider {
            channel.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenComplete { _ in
                // Of TLS, too, an orderly end would look whole.
                let pipeline = self.context?.pipeline.syncOperations
                if let tls = try? pipeline?.context(handlerType: NIOSSLServerHandler.self) {
                    tls.close(promise: nil)
                } else {
                    self.cut()
                }
            }
        } else {
            cut()
        }
    }

    func endExchange(keepsUpstream: Bool) {
        guard let exchange else { return }
        releasePeer()
        if exchange.reason == nil { exchange.reason = exchange.failure?.rawValue }
        closeTry(status: exchange.status)
        proxy.counters.activeExchanges -= 1
        if proxy.accessLog != nil { log(exchange) }
        self.exchange = nil
        isTakingResponse = false
        exchange.upstream?.release(keep: keepsUpstream)
    }

    private func goOn(closing: Bool) {
        if closing {
            closeGracefully()
        } else if requestBody.hasEnded {
            becomeIdle()
        } else {
            phase = .discarding(bytesLeft: proxy.configuration.discardLimit)
            deadline = proxy.now + proxy.times.streamIdle
        }
    }

    /// Ready for the next request. While the worker drains, too: a response that began before that has not said that the
    /// connection ends, and its client may be asking already. The next one says so.
    func becomeIdle() {
        phase = .idle
        isReceivingHead = false
        if proxy.closesIdle, waiting == nil { return closeGracefully() }
        deadline = proxy.now + proxy.times.clientIdle
    }
}

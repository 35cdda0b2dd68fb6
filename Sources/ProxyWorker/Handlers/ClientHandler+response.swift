internal import NIOCore
internal import NIOHTTP1

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The end of a response, and responses of the proxy's own.
extension ClientHandler {
    /// Answers a request that was read; its connection goes on unless the request makes that impossible.
    func answer(_ problem: ProxyProblem, to request: ProxiedRequest) {
        let waitsForContinue =
            request.expectsContinue && exchange?.hasContinued != true && exchange?.state.requestEnded != true
        let closing =
            !request.isKeepAlive || proxy.isDraining || waitsForContinue || exchange?.closesClient == true
            || problem.code == .requestTimeout
        answer(problem, closing: closing, isHead: request.codecMethod == .HEAD, isHTTP11: request.isHTTP11)
    }

    /// Sends a problem document and ends the exchange, if there is one.
    func answer(_ problem: ProxyProblem, closing: Bool, isHead: Bool = false, isHTTP11: Bool = true) {
        let text = problem.body
        var fields: [(String, String)] = [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", String(text.utf8.count)),
            ("X-Signalbox-Error", problem.code.rawValue),
            // RFC 9111 section 4.2.2: a 404 may be kept by caches, and this one is not the origin's word.
            ("Cache-Control", "no-store"),
        ]
        if problem.code == .methodNotAllowed {
            // RFC 9110 section 15.5.6 wants the list.
            fields.append(("Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS, TRACE, PATCH"))
        }
        if closing {
            fields.append(("Connection", "close"))
        } else if !isHTTP11 {
            fields.append(("Connection", "keep-alive"))
        }
        let head = HTTPResponseHead(
            version: .http1_1,
            status: .init(statusCode: problem.code.status, reasonPhrase: problem.code.title),
            headers: HTTPHeaders(fields)
        )
        proxy.counters.countResponse(status: problem.code.status)
        proxy.counters.countProblem(problem.code)
        context?.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead { context?.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil) }
        context?.write(wrapOutboundOut(.end(nil)), promise: nil)

        let requestEnded = exchange?.state.requestEnded ?? false
        endExchange(keepsUpstream: false)
        goOn(closing: closing, requestEnded: requestEnded)
    }

    /// The response was passed on whole.
    func finish() {
        guard let exchange else { return }
        let requestEnded = exchange.state.requestEnded
        endExchange(keepsUpstream: exchange.keepsUpstream && requestEnded)
        goOn(closing: exchange.closesClient, requestEnded: requestEnded)
    }

    /// The response can't be completed: only an end that isn't clean says so (RFC 9112 section 8).
    func abort() {
        let untilClose = exchange?.request.isHTTP11 == false
        endExchange(keepsUpstream: false)
        phase = .closing
        context?.flush()
        // A body that ends with the connection would look whole after an orderly close.
        if untilClose, let channel = context?.channel as? any SocketOptionProvider {
            channel.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenComplete { _ in self.cut() }
        } else {
            cut()
        }
    }

    private func endExchange(keepsUpstream: Bool) {
        guard let exchange else { return }
        self.exchange = nil
        proxy.counters.activeExchanges -= 1
        exchange.upstream?.release(keep: keepsUpstream)
    }

    private func goOn(closing: Bool, requestEnded: Bool) {
        if closing || proxy.isDraining && requestEnded {
            closeGracefully()
        } else if requestEnded {
            becomeIdle()
        } else {
            phase = .discarding(bytesLeft: proxy.configuration.discardLimit)
            deadline = .now() + proxy.times.streamIdle
            drainBacklog()
        }
    }

    /// Ready for the next request.
    func becomeIdle() {
        phase = .idle
        if proxy.isDraining { return closeGracefully() }
        deadline = .now() + proxy.times.clientIdle
        drainBacklog()
    }
}

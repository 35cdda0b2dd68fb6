internal import NIOCore

/// What happens when nothing does.
extension ClientConnection {
    /// Something moved.
    func touch() {
        guard let exchange else { return }
        let plan = exchange.plan
        let now = proxy.now
        switch exchange.state.response {
        case .connecting:
            deadline = exchange.state.requestEnded ? .distantFuture : now + plan.idleTimeout
        case .awaited where exchange.state.requestEnded:
            deadline = now + (inputEnded ? min(plan.responseTimeout, proxy.times.halfClosed) : plan.responseTimeout)
            if let limit = plan.tryTimeout { deadline = min(deadline, now + limit) }
        case .awaited, .streaming, .ended:
            deadline = now + plan.idleTimeout
        }
        if exchange.totalDeadline < deadline { deadline = exchange.totalDeadline }
    }

    func checkDeadline(_ now: NIODeadline) {
        let isDue = deadline <= now
        let idle = exchange?.plan.idleTimeout ?? proxy.times.streamIdle
        guard isDue || stall.isDue(at: now, idle: idle) else { return }
        let waiting = bufferedBytes
        stall.look(waiting + (exchange?.upstream?.bufferedBytes ?? 0), at: now)
        guard isDue else { return }
        proxy.now = now
        let isOver = exchange.map { $0.totalDeadline <= now } ?? false
        // A slow reader is not a dead one.
        if let end = stall.end(idle: idle), end > now, !isOver {
            deadline = min(end, exchange?.totalDeadline ?? .distantFuture)
            return
        }
        switch phase {
        case .exchanging:
            exchangeTimedOut(clientIsSlow: waiting > 0, isOver: isOver)
            exchangeFlush()
        case .idle where isReceivingHead:
            // RFC 9110 section 15.5.9. A client that has begun a request may want to know.
            answer(ProxyProblem(.requestTimeout), closing: true)
            context?.flush()
        case .idle, .discarding, .closing, .tunnel:
            cut()
        }
    }

    private var bufferedBytes: Int {
        front.isHTTP2 ? 0 : (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// - Parameter isOver: whether all of the request's time is, and not only that nothing moved.
    private func exchangeTimedOut(clientIsSlow: Bool, isOver: Bool) {
        guard let exchange else { return }
        let waitsForHead = exchange.state.requestEnded && exchange.state.response != .streaming
        proxy.counters.count(waitsForHead ? \.headTimeouts : \.streamTimeouts)
        let plan = exchange.plan
        let responseTimeout = inputEnded ? min(plan.responseTimeout, proxy.times.halfClosed) : plan.responseTimeout
        if !isOver, waitsForHead, let limit = plan.tryTimeout, limit <= responseTimeout {
            fail(.tryTimeout)
            self.exchange?.lastFailure = .upstreamTimeout
            guard let action = self.exchange?.state.tryTimedOut(budget: { plan.mayRetry(at: proxy.now) }) else {
                return
            }
            return perform(action)
        }
        let bodyIsMissing = !exchange.state.requestEnded && (exchange.upstream?.isWritable ?? true)
        let isClient = clientIsSlow || bodyIsMissing
        if !isClient { fail(isOver ? .totalTimeout : waitsForHead ? .responseTimeout : .idleTimeout) }
        if !waitsForHead { self.exchange?.closesClient = true }
        guard let action = self.exchange?.state.timedOut(clientIsSlow: isClient) else { return }
        perform(action)
    }
}

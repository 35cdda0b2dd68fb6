internal import NIOCore
internal import RoutingEngine

/// From a request's first byte to the choice of a peer.
extension ClientConnection {
    /// Takes a request's head off the buffer and begins to serve it.
    /// - Returns: false when the head isn't complete.
    func takeHead(_ buffer: inout ByteBuffer) -> Bool {
        let proxy = proxy
        let (blanks, outcome) = buffer.withUnsafeReadableBytes { bytes in
            // RFC 9112 section 2.2: empty lines before a request line are passed over.
            let blanks = headProgress.leadingBlanks(bytes)
            let rest = UnsafeRawBufferPointer(rebasing: bytes[blanks...])
            return (blanks, proxy.requestHead.scan(rest, limits: proxy.headLimits, progress: &headProgress))
        }
        buffer.moveReaderIndex(forwardBy: blanks)
        switch outcome {
        case .incomplete:
            if !isReceivingHead, buffer.readableBytes > 0 {
                isReceivingHead = true
                forgetRequest()
                deadline = proxy.now + proxy.times.requestHead
            }
            return false
        case .refused(let fault):
            // Read as HTTP/1.1, HTTP/2's first words are a bad request.
            if front == .plain, proxy.configuration.allowsCleartextHTTP2 {
                switch buffer.withUnsafeReadableBytes({ HTTP2Preface.match($0) }) {
                case .yes:
                    startHTTP2(&buffer)
                    return true
                case .partial: return false
                case .no: break
                }
            }
            proxy.counters.requests += 1
            forgetRequest()
            answer(fault.problem, closing: true, isHead: false)
            return true
        case .complete(let count):
            isReceivingHead = false
            head.clear()
            buffer.readWithUnsafeReadableBytes { bytes in
                head.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                return count
            }
            begin()
            return true
        }
    }

    /// The request whose head is in `head`, and in the loop's scanner.
    private func begin() {
        let proxy = proxy
        let request = proxy.requestHead.traits
        proxy.counters.requests += 1
        if !trustedProxyIP.isEmpty { believeProxy() }
        guard !proxy.hasTooManyRequests else {
            return answer(ProxyProblem(.overloaded), closing: !request.isKeepAlive, to: request)
        }
        let (decision, peer) = withRequest { view in
            let decision = proxy.table.decide(view)
            return (decision, decision.group?.pick(for: view, excluding: [], at: proxy.now.uptimeNanoseconds))
        }
        guard decision.outcome == .forward, let route = decision.route, let group = decision.group else {
            guard let route = decision.route else { return refuse(.noRoute, request) }
            proxy.countRefused(route, decision.group, isForced: decision.isForced, .noPeer)
            return refuse(.noPeer, request, decision)
        }
        let plan = proxy.plan(for: route)
        plan.requested(at: proxy.now)
        exchangeNumber &+= 1
        phase = .exchanging
        proxy.counters.activeExchanges += 1
        let framing = request.framing
        requestBody = BodyReader(framing, isChunkedOut: framing == .chunked)
        let exchange = Exchange(
            state: ExchangeState(
                isRepeatable: request.isIdempotent || plan.repeatsAnyMethod, retries: plan.retries,
                causes: plan.causes, replayLimit: proxy.configuration.replayLimit),
            plan: plan, group: group, entry: decision.entry, bucket: decision.bucket, request: request,
            startedAt: proxy.now, closesClient: !request.isKeepAlive)
        if requestBody.hasEnded { _ = exchange.state.requestEndReceived() }
        if let check = proxy.debugCheck, hasDebugToken(check) { exchange.wantsDebug = true }
        if plan.mirror != nil { exchange.mirrored = ByteBuffer() }
        self.exchange = exchange
        begin(with: peer)
        if plan.mirror != nil, requestBody.hasEnded { mirror() }
    }

    /// The client speaks HTTP/2: others take over.
    private func startHTTP2(_ buffer: inout ByteBuffer) {
        guard let context else { return }
        let bytes = buffer
        buffer.clear()
        proxy.clientClosed(self)
        phase = .closing
        do {
            try proxy.fronts.startHTTP2(replacing: context, bytes: bytes)
        } catch {
            context.close(promise: nil)
        }
    }

    private func refuse(_ code: ProxyProblem.Code, _ request: RequestTraits, _ decision: Decision? = nil) {
        answer(ProxyProblem(code), closing: !request.isKeepAlive, to: request, decision)
    }

    /// Answers a request that has begun no exchange, and that the loop's scanner has; its body is thrown away.
    private func answer(
        _ problem: ProxyProblem, closing: Bool, to request: RequestTraits, _ decision: Decision? = nil
    ) {
        requestBody = BodyReader(request.framing, isChunkedOut: false)
        // A client that waits to be told to go on won't send its body: where its next request begins is unknown.
        let closes = closing || proxy.isDraining || request.expectsContinue
        let mayTell = proxy.debugCheck.map { hasDebugToken($0) } ?? false
        answer(
            problem, closing: closes, isHead: request.isHead, isHTTP11: request.isHTTP11, decision: decision,
            debug: mayTell ? debugLines(decision) : nil)
    }

    /// The request being served, as the loop's scanner has it: valid right after it was scanned.
    private func withRequest<Value>(_ body: (RequestView) -> Value) -> Value {
        head.withUnsafeReadableBytes { bytes in
            sourceIP.withUnsafeBytes { source in body(proxy.requestHead.view(over: bytes, sourceIP: source)) }
        }
    }

    /// The request being served, scanned once more: the loop's scanner has seen others since.
    func withScannedRequest<Value>(_ body: (RequestView) -> Value) -> Value {
        _ = head.withUnsafeReadableBytes { proxy.requestHead.scan($0, limits: proxy.headLimits) }
        return withRequest(body)
    }

    // MARK: The body

    /// Takes what the buffer has of the request's body.
    func takeBody(_ buffer: inout ByteBuffer) {
        let outcome = requestBody.read(&buffer) { forwardBody($0) }
        switch outcome {
        case .more:
            touch()
        case .ended:
            // With what was forwarded last the end was forwarded too.
            _ = exchange?.state.requestEndReceived()
            touch()
            if exchange?.plan.mirror != nil { mirror() }
        case .invalid:
            exchange?.closesClient = true
            guard let action = exchange?.state.requestBroken() else { return }
            perform(action)
        }
    }

    private func forwardBody(_ buffer: ByteBuffer) {
        let count = buffer.readableBytes
        exchange?.bytesReceived += count
        if exchange?.mirrored != nil { keepForMirror(buffer) }
        guard let action = exchange?.state.bodyReceived(bytes: count) else { return }
        switch action {
        case .hold:
            hold(buffer)
        case .forward:
            exchange?.upstream?.write(buffer)
        case .forwardAndHold:
            hold(buffer)
            exchange?.upstream?.write(buffer)
        case .forwardAndRelease:
            exchange?.held = nil
            exchange?.upstream?.write(buffer)
        case .drop:
            break
        }
    }

    private func keepForMirror(_ buffer: ByteBuffer) {
        var buffer = buffer
        if (exchange?.bytesReceived ?? 0) <= proxy.configuration.replayLimit {
            exchange?.mirrored?.writeBuffer(&buffer)
        } else {
            exchange?.mirrored = nil
        }
    }

    private func hold(_ buffer: ByteBuffer) {
        guard exchange?.held != nil else {
            exchange?.held = ByteBuffer(buffer: buffer)
            return
        }
        var buffer = buffer
        exchange?.held?.writeBuffer(&buffer)
    }
}

internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// The response, on its way out, and the end of the channel.
extension HTTP2StreamAdapter {
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard responsePhase == .reading else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        depth += 1
        defer { depth -= 1 }
        response.append(unwrapOutboundIn(data))
        loop: while true {
            switch response.next() {
            case .needMore: break loop
            case .informational(let fields): send(fields, isEnd: false, context)
            case .head(let fields, let isEnd): send(fields, isEnd: isEnd, context)
            case .data(let bytes):
                sendHeld(isEnd: false, context)
                held = bytes
            case .end(nil):
                if held == nil { held = ByteBuffer() }
                sendHeld(isEnd: true, context)
            case .end(let trailers?):
                sendHeld(isEnd: false, context)
                send(trailers, isEnd: true, context)
            case .malformed:
                promise?.fail(ChannelError.outputClosed)
                return reset(.internalError, context)
            }
        }
        guard let promise else { return }
        // Bytes that wait for more count as written, as those in a socket do.
        if held == nil { return promise.succeed() }
        if let heldPromise { heldPromise.futureResult.cascade(to: promise) } else { heldPromise = promise }
    }

    func flush(context: ChannelHandlerContext) {
        depth += 1
        defer { depth -= 1 }
        sendHeld(isEnd: false, context)
        context.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        depth += 1
        defer { depth -= 1 }
        if mode == .input {
            request = .done
            promise?.succeed()
            return
        }
        if responsePhase == .reading, response.endsWithBytes {
            if held == nil { held = ByteBuffer() }
            sendHeld(isEnd: true, context)
            context.flush()
        }
        isClosed = true
        // Nothing was done with a request that wasn't taken: the client may send it again (RFC 9113 section 8.7).
        let failure: HTTP2ErrorCode = request == .head ? .refusedStream : .internalError
        request = .done
        // What follows may end the channel, or leave it to the client for a while.
        switch responsePhase {
        case .reading: reset(failure, context)
        case .ended:
            context.flush()
            // A reset would take from the client what it hasn't been sent yet.
            if responsePhase == .ended { linger(limits.lingering, .cancel, context) }
        case .written: linger(limits.farewell, .noError, context)
        case .reset: break
        }
        tellEnd(context)
        promise?.succeed()
    }

    /// Leaves the stream to the client for some time, then ends it.
    private func linger(_ time: TimeAmount, _ code: HTTP2ErrorCode, _ context: ChannelHandlerContext) {
        lingerTimer?.cancel()
        guard context.channel.isActive else { return }
        lingerTimer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.reset(code, context) }
    }

    /// Ends the stream at once. Without effect when it has ended.
    func reset(_ code: HTTP2ErrorCode, _ context: ChannelHandlerContext) {
        guard responsePhase != .reset else { return }
        responsePhase = .reset
        request = .done
        held = nil
        guard context.channel.isActive else { return }
        context.writeAndFlush(wrapOutboundOut(.rstStream(code)), promise: nil)
    }

    private func send(_ fields: HPACKHeaders, isEnd: Bool, _ context: ChannelHandlerContext) {
        context.write(
            wrapOutboundOut(.headers(.init(headers: fields, endStream: isEnd))),
            promise: isEnd ? ending(context) : nil)
    }

    private func sendHeld(isEnd: Bool, _ context: ChannelHandlerContext) {
        guard let bytes = held else { return }
        held = nil
        let promise = heldPromise
        heldPromise = nil
        let frame = HTTP2Frame.FramePayload.Data(data: .byteBuffer(bytes), endStream: isEnd)
        guard isEnd else { return context.write(wrapOutboundOut(.data(frame)), promise: promise) }
        let ended = ending(context)
        if let promise { ended.futureResult.cascade(to: promise) }
        context.write(wrapOutboundOut(.data(frame)), promise: ended)
    }

    /// Marks the end of the response; the promise is of its last frame.
    private func ending(_ context: ChannelHandlerContext) -> EventLoopPromise<Void> {
        responsePhase = .ended
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess {
            guard self.responsePhase == .ended else { return }
            self.responsePhase = .written
            // The rest of the request, if any, is not wanted (RFC 9113 section 8.1). Clients that are told so before they
            // have read the response lose it; with their window closed they can't send much.
            if self.isClosed { self.linger(self.limits.farewell, .noError, context) }
        }
        return promise
    }
}

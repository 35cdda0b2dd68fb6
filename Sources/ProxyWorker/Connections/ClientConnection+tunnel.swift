internal import NIOCore

/// What was agreed to be another protocol (RFC 9110 section 7.8): bytes pass in both directions until both sides have
/// ended, or nothing has moved for too long.
extension ClientConnection {
    func switchProtocols(_ buffer: inout ByteBuffer, _ count: Int, _ exchange: Exchange) {
        guard exchange.request.isUpgrade, let upstream = exchange.upstream, exchange.state.requestEnded,
            self.exchange?.state.responseHeadReceived() == true
        else {
            buffer.clear()
            return upstreamFailed(isMalformed: true)
        }
        proxy.counters.countResponse(status: 101)
        self.exchange?.status = 101
        self.exchange?.headAt = proxy.now
        self.exchange?.closesClient = true
        proxy.scratch.clear()
        var how = ResponsePlan(proxy.responseHead, to: exchange.request, closing: false)
        how.changes = exchange.plan.forwarding(exchange.place).response
        let debug = exchange.wantsDebug ? debugLines(exchange) : ByteBuffer()
        debug.withUnsafeReadableBytes { extra in
            how.extra = extra
            buffer.readWithUnsafeReadableBytes { bytes in
                HeadWriter.response(
                    proxy.responseHead, over: UnsafeRawBufferPointer(rebasing: bytes[..<count]), plan: how,
                    into: &proxy.scratch)
                return count
            }
        }
        send(proxy.scratch)
        phase = .tunnel
        upstream.becomeTunnel()
        touch()
        // What the client sent without waiting for the answer.
        if var early = waiting {
            waiting = nil
            passThrough(&early)
            upstream.flush()
        }
        updateReading()
    }

    /// From the client to the peer.
    func passThrough(_ buffer: inout ByteBuffer) {
        guard let upstream = exchange?.upstream else { return buffer.clear() }
        exchange?.bytesReceived += buffer.readableBytes
        upstream.write(buffer)
        buffer.moveReaderIndex(forwardBy: buffer.readableBytes)
        touch()
        updateReading()
    }

    /// From the peer to the client.
    func passBack(_ buffer: inout ByteBuffer) {
        exchange?.bytesSent += buffer.readableBytes
        send(buffer)
        buffer.moveReaderIndex(forwardBy: buffer.readableBytes)
        touch()
    }

    func upstreamEndedInput() {
        guard phase == .tunnel else { return }
        // What came before the end goes before it.
        if inputEnded, front == .plain { return cutWhenSent() }
        context?.flush()
        context?.close(mode: .output, promise: nil)
    }

    /// The peer's side is closed: what it sent last still reaches the client.
    func endTunnel() {
        endExchange(keepsUpstream: false)
        phase = .idle
        closeGracefully()
    }
}

internal import NIOCore
internal import RoutingEngine

/// A copy of a request, on its way to a group that only watches. What comes back is read and thrown away; whatever
/// goes wrong is counted and nothing else.
final class MirroredRequest: UpstreamOwner {
    /// Copies that one event loop has under way; further ones are left out.
    static let limit = 1_000

    private let proxy: ProxyLoop
    private let bytes: ByteBuffer
    private let isHead: Bool
    private var upstream: UpstreamConnection?
    private var peer: Peer?
    private var place: SharedLimits.PeerCount?
    private var body = BodyReader(.none, isChunkedOut: false)
    private var hasHead = false
    private var progress = HeadProgress()
    private var keepsUpstream = false
    private var hasEnded = false
    private var timer: Scheduled<Void>?

    /// - Parameter bytes: the request as its peer gets it.
    init(proxy: ProxyLoop, bytes: ByteBuffer, isHead: Bool) {
        self.proxy = proxy
        self.bytes = bytes
        self.isHead = isHead
    }

    /// Sends it to `peer`, and follows the answer to its end for as long as the route waits for one.
    /// - Parameter place: what it has taken of the peer.
    func send(to peer: Peer, _ endpoint: Endpoint, _ place: SharedLimits.PeerCount?, _ plan: RoutePlan) {
        self.peer = peer
        self.place = place
        peer.active += 1
        proxy.mirrors += 1
        timer = proxy.eventLoop.assumeIsolated().scheduleTask(in: plan.responseTimeout) { self.end(failed: true) }
        if let upstream = endpoint.take() { return send(on: upstream) }
        proxy.connector.connect(endpoint, timeout: plan.connectTimeout) { result in
            switch result {
            case .success(let upstream) where self.hasEnded: upstream.release(keep: true)
            case .success(let upstream): self.send(on: upstream)
            case .failure: self.end(failed: true)
            }
        }
    }

    private func send(on upstream: UpstreamConnection) {
        self.upstream = upstream
        upstream.owner = self
        upstream.write(bytes)
        upstream.flush()
    }

    func upstreamReceived(_ buffer: inout ByteBuffer) {
        proxy.now = .now()
        while !hasHead, buffer.readableBytes > 0 {
            let outcome = buffer.withUnsafeReadableBytes {
                proxy.responseHead.scan($0, limits: .response, forHead: isHead, progress: &progress)
            }
            guard case .complete(let count) = outcome else {
                if outcome != .incomplete { end(failed: true) }
                return
            }
            buffer.moveReaderIndex(forwardBy: count)
            if proxy.responseHead.status >= 200 {
                hasHead = true
                keepsUpstream = proxy.responseHead.isKeepAlive && proxy.responseHead.framing != .untilClose
                upstream?.keepAlive = proxy.responseHead.keepAliveTimeout
                body = BodyReader(proxy.responseHead.framing, isChunkedOut: false)
            }
        }
        if body.read(&buffer, emit: { _ in }) == .invalid { return end(failed: true) }
        if buffer.readableBytes > 0 {
            keepsUpstream = false
            buffer.clear()
        }
    }

    func upstreamReadComplete() {
        if hasHead, body.hasEnded { end(failed: false) }
    }

    func upstreamClosed(isBroken: Bool) {
        upstream = nil
        end(failed: !(hasHead && body.endsWithConnection))
    }

    func upstreamBecameWritable() {}

    func upstreamEndedInput() {}

    private func end(failed: Bool) {
        guard !hasEnded else { return }
        hasEnded = true
        timer?.cancel()
        timer = nil
        proxy.mirrors -= 1
        peer?.active -= 1
        place?.leave()
        if failed { proxy.counters.mirrorFailures += 1 }
        let upstream = upstream
        self.upstream = nil
        upstream?.release(keep: !failed && keepsUpstream)
    }
}

internal import NIOCore
internal import RoutingEngine
internal import RoutingModel

/// A share of a route's requests is sent to another group too; nobody waits for the answers.
extension ClientConnection {
    /// Sends a copy of the request, which is complete, if its turn has come and all of its body is still held.
    func mirror() {
        guard let exchange, let mirror = exchange.plan.mirror, let group = proxy.table.group(named: mirror.group) else {
            return
        }
        guard Int.random(in: 0..<10_000) < mirror.percent.basisPoints else { return }
        guard exchange.bytesReceived == (exchange.mirrored?.readableBytes ?? 0), proxy.mirrors < MirroredRequest.limit
        else {
            proxy.counters.mirrorsLeftOut += 1
            return
        }
        let peer = withScannedRequest { group.pick(for: $0, excluding: [], at: proxy.now.uptimeNanoseconds) }
        guard let peer else {
            proxy.counters.mirrorsLeftOut += 1
            return
        }
        let endpoint = proxy.endpoint(for: peer, in: group, host: hostName)
        let place = group.maxConnections > 0 ? endpoint.requests : nil
        guard place?.take(limit: group.maxConnections) != false else {
            proxy.counters.mirrorsLeftOut += 1
            return
        }
        var bytes = ByteBufferAllocator().buffer(capacity: head.readableBytes + 256 + exchange.bytesReceived)
        writeHead(for: exchange, endpoint, isMirror: true, into: &bytes)
        if var body = exchange.mirrored { bytes.writeBuffer(&body) }
        proxy.counters.mirrored += 1
        let copy = MirroredRequest(proxy: proxy, bytes: bytes, isHead: exchange.request.isHead)
        copy.send(to: peer, endpoint, place, exchange.plan)
    }
}

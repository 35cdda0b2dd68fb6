internal import NIOCore

/// The way to an event loop's ``ProxyLoop`` from anywhere else.
struct LoopHandle: Sendable {
    let eventLoop: any EventLoop
    let proxy: NIOLoopBound<ProxyLoop>

    /// One per event loop of `group`, looking after their deadlines already.
    static func make(
        _ group: any EventLoopGroup, configuration: ProxyConfiguration, shared: SharedParts,
        traffic: TrafficCollector
    ) async throws -> [LoopHandle] {
        var handles: [LoopHandle] = []
        for eventLoop in group.makeIterator() {
            let proxy = try await eventLoop.submit {
                let proxy = ProxyLoop(
                    eventLoop: eventLoop, configuration: configuration, shared: shared)
                traffic.add(proxy.traffic, on: eventLoop)
                for change in shared.health.standing { proxy.apply(change) }
                proxy.start()
                return NIOLoopBound(proxy, eventLoop: eventLoop)
            }.get()
            handles.append(LoopHandle(eventLoop: eventLoop, proxy: proxy))
        }
        return handles
    }

    /// Runs `body` on the loop.
    func run<Value: Sendable>(_ body: @escaping @Sendable (ProxyLoop) throws -> Value) async throws -> Value {
        let proxy = proxy
        return try await eventLoop.submit { try body(proxy.value) }.get()
    }
}

internal import NIOCore

/// A socket on which one event loop accepts clients.
struct Listener {
    let channel: any Channel
    /// What was asked for, `host:port`; a port 0 stays one.
    let address: String

    /// Accepts clients from now on.
    func begin() async throws { try await channel.triggerUserOutboundEvent(AcceptGate.Wanted(value: true)).get() }

    /// Whether clients are taken; they wait in the socket's queue while they aren't. Blocks: not for event loops.
    func accept(_ wanted: Bool) { try? channel.triggerUserOutboundEvent(AcceptGate.Wanted(value: wanted)).wait() }

    /// The channel's socket: its own, to be used while the channel is open.
    func descriptor() async throws -> CInt {
        let channel = channel
        let descriptor = try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { $0 }
        }.get()
        guard let descriptor else { throw ChannelError.operationUnsupported }
        return descriptor
    }
}

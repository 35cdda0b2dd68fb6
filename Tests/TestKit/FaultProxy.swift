internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// An HTTP/1.1 proxy on a free port of 127.0.0.1, honest until a test makes it behave otherwise.
///
/// ```swift
/// try await withFaultProxy(to: consul.url) { proxy in
///     proxy.behave { $0.isHealthQuestion ? .change { $0.cut(at: .body(20)) } : .pass }
///     …
///     proxy.beHonest()
/// }
/// ```
package final class FaultProxy: Sendable {
    /// What happens to a connection before anything was asked.
    package enum Acceptance: Sendable { case serves, closes, resets }

    package typealias Behaviour = @Sendable (FaultRequest) -> FaultReaction
    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, ByteBuffer>

    struct State {
        var acceptance = Acceptance.serves
        var behaviour: Behaviour = { _ in .pass }
        /// Counts changes of the behaviour.
        var version = 0
        var nextID = 0
        /// Those who wait for the next version.
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var connections: [Int: any Channel] = [:]
        var asked: [String: Int] = [:]
    }

    package let port: Int
    /// `http://127.0.0.1:<port>`
    package var url: String { "http://127.0.0.1:\(port)" }
    let target: String
    let http: HTTPClient
    let state = Mutex(State())
    private let listener: NIOAsyncChannel<Connection, Never>

    fileprivate init(to target: String) async throws {
        self.target = target
        // Each question that is held needs a connection of its own.
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
        settings.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        do {
            listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .bind(host: "127.0.0.1", port: 0) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            try? await http.shutdown()
            throw error
        }
        port = listener.channel.localAddress?.port ?? 0
    }

    // MARK: What a test says

    /// From now on, also for questions that are held: those are asked anew.
    package func behave(_ behaviour: @escaping Behaviour) {
        let waiters = state.withLock { state in
            state.behaviour = behaviour
            state.version += 1
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// What becomes of connections from now on; those that are open are ended first unless they are served.
    package func accept(_ acceptance: Acceptance) {
        state.withLock { $0.acceptance = acceptance }
        if acceptance != .serves { dropConnections(byReset: acceptance == .resets) }
    }

    /// Everything is as it should be from now on.
    package func beHonest() {
        accept(.serves)
        behave { _ in .pass }
    }

    /// Ends all open connections; new ones are accepted.
    package func dropConnections(byReset: Bool = false) {
        for connection in state.withLock({ Array($0.connections.values) }) {
            Task { try? await Self.end(connection, byReset: byReset) }
        }
    }

    /// How often each path was asked for so far.
    package var asked: [String: Int] { state.withLock { $0.asked } }

    // MARK: Connections

    fileprivate func run() async throws {
        try await listener.executeThenClose { connections in
            await withDiscardingTaskGroup { group in
                do {
                    for try await connection in connections { group.addTask { await self.serve(connection) } }
                } catch {}
                group.cancelAll()
            }
        }
    }

    fileprivate func shutdown() async { try? await http.shutdown() }

    private func serve(_ connection: Connection) async {
        let (id, acceptance) = state.withLock { state in
            state.nextID += 1
            state.connections[state.nextID] = connection.channel
            return (state.nextID, state.acceptance)
        }
        defer { state.withLock { _ = $0.connections.removeValue(forKey: id) } }
        if acceptance == .resets { try? await Self.resetOnClose(connection.channel) }
        guard acceptance == .serves else {
            try? await connection.executeThenClose { _, _ in }
            return
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await self.answer(connection) }
            group.addTask { try? await connection.channel.closeFuture.get() }
            await group.next()
            group.cancelAll()
            // The second child waits for the close whatever happens to its task.
            connection.channel.close(promise: nil)
        }
    }

    private func answer(_ connection: Connection) async throws {
        try await connection.executeThenClose { parts, writer in
            var head: HTTPRequestHead?
            var body = ByteBuffer()
            for try await part in parts {
                switch part {
                case .head(let start):
                    head = start
                    body = ByteBuffer()
                case .body(var bytes):
                    body.writeBuffer(&bytes)
                case .end:
                    guard let head else { return }
                    let request = FaultRequest(
                        method: head.method, uri: head.uri, headers: head.headers, body: body)
                    switch await reaction(to: request) {
                    case .answer(let answer):
                        try await writer.write(answer.bytes)
                        if answer.resets { try await Self.resetOnClose(connection.channel) }
                        if answer.isLast { return }
                    case .reset:
                        try await Self.resetOnClose(connection.channel)
                        return
                    default: return
                    }
                }
            }
        }
    }

    private static func end(_ channel: any Channel, byReset: Bool) async throws {
        if byReset { try await resetOnClose(channel) }
        try await channel.close()
    }

    /// Lingering for no time at all is what makes a close a reset (socket(7)).
    private static func resetOnClose(_ channel: any Channel) async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    }
}

/// Runs `body` with a proxy to `target` (`http://host:port`), and closes it afterwards.
package func withFaultProxy(
    to target: String, _ body: @Sendable (FaultProxy) async throws -> Void
) async throws {
    let proxy = try await FaultProxy(to: target)
    do {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await proxy.run() }
            defer { group.cancelAll() }
            try await body(proxy)
        }
        await proxy.shutdown()
    } catch {
        await proxy.shutdown()
        throw error
    }
}

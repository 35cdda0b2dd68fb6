import NIOCore
import NIOPosix
import Synchronization

/// A server that does on every connection what a test says.
final class UpstreamStub: Sendable {
    typealias Script = @Sendable (RawConnection) async throws -> Void

    private struct State {
        var connections: [RawConnection] = []
        var requests: [RawMessage] = []
    }

    private let listener: any Channel
    private let state = Mutex(State())
    let port: Int

    private init(listener: any Channel) {
        self.listener = listener
        port = listener.localAddress?.port ?? 0
    }

    /// Listens on 127.0.0.1 and runs `script` for every connection.
    /// - Parameter port: 0 is any free one.
    static func start(port: Int = 0, _ script: @escaping Script) async throws -> UpstreamStub {
        let (accepted, continuation) = AsyncStream.makeStream(of: RawConnection.self)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    _ = continuation.yield(try RawConnection(channel))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        listener.closeFuture.whenComplete { _ in continuation.finish() }
        let stub = UpstreamStub(listener: listener)
        // Begun here, in the test's task, so that what a script expects counts for that test.
        Task {
            await withDiscardingTaskGroup { group in
                for await connection in accepted {
                    stub.state.withLock { $0.connections.append(connection) }
                    group.addTask { await stub.run(connection, script) }
                }
            }
        }
        return stub
    }

    /// A server that answers every request on every connection with 200 and `name`.
    static func answering(_ name: String, port: Int = 0) async throws -> UpstreamStub {
        try await start(port: port) { connection in
            while true {
                _ = try await connection.readRequest()
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(name.utf8.count)\r\n\r\n\(name)")
            }
        }
    }

    private func run(_ connection: RawConnection, _ script: Script) async {
        do {
            try await script(connection)
        } catch {
            // A script usually ends like this: its connection was closed while it waited for another request.
        }
    }

    /// Connections accepted so far.
    var connections: [RawConnection] { state.withLock { $0.connections } }

    /// Requests that scripts have noted.
    var requests: [RawMessage] { state.withLock { $0.requests } }

    func note(_ request: RawMessage) { state.withLock { $0.requests.append(request) } }

    /// Stops listening and resets every connection, as the death of a process does.
    func kill() async {
        try? await listener.close().get()
        for connection in connections { await connection.reset() }
    }

    func stop() async {
        try? await listener.close().get()
        for connection in connections { await connection.close() }
    }
}

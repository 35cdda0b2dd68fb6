import NIOCore
import NIOPosix
import Testing

@testable import ProxyWorker

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("Before a worker listens it asks whether the port is free")
struct PortProbeTests {
    /// A listener of another program: it shares its port with whoever asks for that.
    private static func sharingListener(_ host: String) async throws -> (any Channel, port: Int) {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
            .bind(host: host, port: 0).get()
        return (channel, try #require(channel.localAddress?.port))
    }

    private static func errorCode(_ host: String, _ port: Int) throws -> CInt? {
        let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
        do {
            try PortProbe.check(address)
            return nil
        } catch let error as IOError {
            return error.errnoCode
        }
    }

    @Test(
        "A port that somebody shares with others is taken, whichever address of the machine they listen on",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "0.0.0.0"), ("127.0.0.1", "localhost"),
        ]
    )
    func taken(there: String, here: String) async throws {
        let (other, port) = try await Self.sharingListener(there)
        #expect(try Self.errorCode(here, port) == EADDRINUSE)
        try await other.close()
        #expect(try Self.errorCode(here, port) == nil)
    }

    @Test("IPv6 addresses are asked about too", .enabled(if: hasIPv6), arguments: ["::1", "::"])
    func takenIPv6(there: String) async throws {
        let (other, port) = try await Self.sharingListener(there)
        #expect(try Self.errorCode("::1", port) == EADDRINUSE)
        try await other.close()
        #expect(try Self.errorCode("::1", port) == nil)
    }

    private static let hasIPv6 = (try? errorCode("::1", 0)) == .some(nil)

    @Test("Connections of a worker that has ended don't keep the port")
    func timeWait() async throws {
        let stub = try await UpstreamStub.start { await $0.close() }
        let client = try await RawConnection.connect(to: ("127.0.0.1", stub.port))
        // The side that closes first keeps the connection in TIME_WAIT.
        try await client.waitForEnd()
        await client.close()
        await stub.stop()
        #expect(try Self.errorCode("127.0.0.1", stub.port) == nil)
    }

    @Test("A client that connects meanwhile is refused, never accepted by nobody")
    func neverListens() async throws {
        // Bound by the test, so that nobody else takes it; that doesn't count as taken.
        let port = try ReservedPort()
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port.number)
        let probing = Task {
            while !Task.isCancelled {
                try PortProbe.check(address)
                await Task.yield()
            }
        }
        var accepted = 0
        for _ in 1...500 {
            guard let connection = try? await RawConnection.connect(to: ("127.0.0.1", port.number)) else { continue }
            accepted += 1
            await connection.close()
        }
        probing.cancel()
        try await probing.value
        #expect(accepted == 0)
        withExtendedLifetime(port) {}
    }
}

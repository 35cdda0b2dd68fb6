import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import RoutingModel
import Synchronization
import TestKit
import Testing

@testable import ProxyWorker

@Suite("Peers are checked over real connections")
struct HealthCheckerTests {
    private let one = PeerID("n~1")

    private static let quick = ActiveHealth(
        http: .init(path: "/health", statuses: ["200-299"]), interval: RuleDuration(milliseconds: 20),
        timeout: RuleDuration(milliseconds: 2_000), healthyAfter: 2, unhealthyAfter: 2)

    private func update(_ ports: [Int], _ check: ActiveHealth) -> SnapshotUpdate {
        SnapshotUpdate(groups: ["star": .health(ports, HealthPolicy(active: check))])
    }

    @Test("a server that goes from 200 to 500 and back is taken out and brought back")
    func comesAndGoes() async throws {
        let status = Mutex(HTTPResponseStatus.ok)
        try await withTestHTTPServer { _ in
            .init(status: status.withLock { $0 }, body: "never read")
        } _: { server in
            try await HealthChecker.with { board, checker, log in
                checker.follow(self.update([server.port], Self.quick), board)
                _ = try await board.reason(self.one, .healthy)
                #expect(log.take() == [])
                try await eventually("a request was noted") { !server.requests.isEmpty }
                let request = try #require(server.requests.first)
                #expect(request.head.uri == "/health" && request.head.method == .GET)
                #expect(request.head.headers["host"] == ["127.0.0.1:\(server.port)"])
                status.withLock { $0 = .internalServerError }
                try await board.expectUnhealthy(self.one, "failed, the last one: status 500.")
                #expect(log.take() == ["star/n~1 out"])
                status.withLock { $0 = .ok }
                _ = try await board.reason(self.one, .healthy)
                #expect(log.take() == ["star/n~1 in"])
            }
        }
    }

    @Test("a closed port is told from one that accepts and never answers")
    func dead() async throws {
        let port = try FreePort.take()
        try await withTestHTTPServer { _ in
            await neverEnding()
            return .none
        } _: { server in
            try await HealthChecker.with { board, checker, _ in
                checker.follow(self.update([port, server.port], Self.quick), board)
                try await board.expectUnhealthy(self.one, "connection refused.")
                try await board.expectUnhealthy(PeerID("n~2"), "nothing within 2s.")
            }
        }
    }

    @Test("a connection is enough without http")
    func connects() async throws {
        try await withTestHTTPServer { _ in
            .none
        } _: { server in
            var check = Self.quick
            check.http = nil
            let port = try FreePort.take()
            try await HealthChecker.with { board, checker, _ in
                checker.follow(self.update([server.port, port], check), board)
                _ = try await board.reason(self.one, .healthy)
                _ = try await board.reason(PeerID("n~2"), .unhealthy)
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test("a server that closes without a word, or says what isn't HTTP, isn't well")
    func odd() async throws {
        try await withTestHTTPServer { _ in
            .none
        } _: { silent in
            let odd = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Greeter()) }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            let port = try #require(odd.localAddress?.port)
            try await HealthChecker.with { board, checker, _ in
                checker.follow(self.update([silent.port, port], Self.quick), board)
                try await board.expectUnhealthy(self.one, "it closed the connection without an answer.")
                try await board.expectUnhealthy(PeerID("n~2"), "what it answered isn't HTTP/1.1.")
            }
            try await odd.close()
        }
    }

    @Test("a body without end is cut off, and the host of the rule is asked for")
    func endlessBody() async throws {
        try await withTestHTTPServer { _ in
            .init(body: String(repeating: "x", count: 1_000_000)).held(after: 900_000)
        } _: { server in
            var check = Self.quick
            check.http?.host = "star.test"
            try await HealthChecker.with(limit: 2) { board, checker, log in
                checker.follow(self.update([server.port], check), board)
                try await eventually("it was asked ten times") { server.requests.count >= 10 }
                #expect(board.verdict(group: "star", peer: self.one)?.health == .healthy)
                #expect(server.requests.allSatisfy { $0.head.headers["host"] == ["star.test"] })
                #expect(log.take() == [])
            }
        }
    }

    @Test("peers that are gone are checked no more, and those of a new snapshot are")
    func follows() async throws {
        try await withTestHTTPServer { _ in
            .init()
        } _: { first in
            try await withTestHTTPServer { _ in
                .init()
            } _: { second in
                try await HealthChecker.with { board, checker, _ in
                    checker.follow(self.update([first.port], Self.quick), board)
                    try await eventually("the first was asked") { first.requests.count > 1 }
                    let next = SnapshotUpdate(
                        groups: ["moon": .health([second.port], HealthPolicy(active: Self.quick))])
                    checker.follow(next, board)
                    try await eventually("the second was asked") { second.requests.count > 1 }
                    let asked = first.requests.count
                    let seen = second.requests.count
                    try await eventually("the second was asked again") { second.requests.count > seen + 5 }
                    // One may have been on its way.
                    #expect(first.requests.count <= asked + 1)
                }
            }
        }
    }

    @Test("many peers are checked a few at a time")
    func many() async throws {
        let open = Mutex((now: 0, most: 0))
        try await withTestHTTPServer { _ in
            open.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            try? await Task.sleep(for: .milliseconds(2))
            open.withLock { $0.now -= 1 }
            return .init(headers: ["connection": "close"])
        } _: { server in
            try await HealthChecker.with(limit: 3) { board, checker, _ in
                let ids = (0..<100).map { "n~\(1_000 + $0)" }
                let policy = HealthPolicy(active: Self.quick)
                checker.follow(
                    SnapshotUpdate(
                        groups: ["star": .health(Array(repeating: server.port, count: 100), policy, ids: ids)]),
                    board)
                try await eventually("all were checked") { board.states().count == 100 }
                #expect(board.states().allSatisfy { $0.health == .healthy })
                #expect(open.withLock { $0.most } <= 3)
            }
        }
    }
}

/// Says something that isn't HTTP as soon as it is connected to.
private final class Greeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "SSH-2.0-OpenSSH\r\n")), promise: nil)
    }
}

@available(*, unavailable)
extension Greeter: Sendable {}

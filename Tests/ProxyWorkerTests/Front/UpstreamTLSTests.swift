import NIOCore
import NIOPosix
import NIOSSL
import RoutingModel
import Synchronization
import TestKit
import Testing

@testable import ProxyWorker

@Suite("TLS to peers", .timeLimit(.minutes(2)))
struct UpstreamTLSTests {
    /// What a server with TLS answers over a connection that is made with `settings`; throws when there is no trust.
    private func answer(
        _ contexts: UpstreamTLSContexts, _ settings: UpstreamTLS, _ server: FrontFixture, host: String?
    ) async throws -> String {
        let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        contexts.handler(for: settings, requestHost: host), Collector(promise),
                    ])
                }
            }
            .connect(host: "127.0.0.1", port: server.tlsPort).get()
        channel.writeAndFlush(
            ByteBuffer(string: "GET /head HTTP/1.1\r\nHost: \(host ?? "star.test")\r\n\r\n"), promise: nil)
        return try await promise.futureResult.get()
    }

    /// Keeps what comes up to the end of the second head: the response's, and the request's in its body.
    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private var text = ""
        private let promise: EventLoopPromise<String>

        init(_ promise: EventLoopPromise<String>) { self.promise = promise }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard text.hasSuffix("\r\n\r\n"), text.contains("GET") else { return }
            promise.succeed(text)
            context.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            promise.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
    }

    @Test("a peer must have a certificate from the group's authorities and with the right name")
    func verification() async throws {
        try await CertificateFolder.with { folder in
            let files = [
                try await folder.make("moon", ["DNS:moon.test"]),
                try await folder.make("star", ["DNS:star.test", "IP:127.0.0.1"]),
            ]
            try await FrontFixture.with(files) { server in
                let contexts = UpstreamTLSContexts()
                let ours = UpstreamTLS(authorities: try folder.authorities())
                #expect(contexts.keep([ours]).isEmpty)
                // By the request's host, which is also what the server chooses its certificate by.
                #expect(try await answer(contexts, ours, server, host: "star.test").hasPrefix("HTTP/1.1 200"))
                #expect(try await answer(contexts, ours, server, host: "MOON.test.").hasPrefix("HTTP/1.1 200"))
                await #expect(throws: (any Error).self) {
                    _ = try await answer(contexts, ours, server, host: "other.test")
                }
                // By the group's name, whatever is asked for.
                let named = UpstreamTLS(serverName: "star.test", authorities: try folder.authorities())
                #expect(try await answer(contexts, named, server, host: "other.test").contains("other.test"))
                let misnamed = UpstreamTLS(serverName: "other.test", authorities: try folder.authorities())
                await #expect(throws: (any Error).self) {
                    _ = try await answer(contexts, misnamed, server, host: "star.test")
                }
                // The system doesn't know the authority.
                await #expect(throws: (any Error).self) {
                    _ = try await answer(contexts, UpstreamTLS(), server, host: "star.test")
                }
                let trusting = UpstreamTLS(verify: false)
                #expect(try await answer(contexts, trusting, server, host: "other.test").hasPrefix("HTTP/1.1 200"))
            }
            // An address isn't sent as a name; the certificate must have the address of the peer.
            try await FrontFixture.with([files[1]]) { server in
                let contexts = UpstreamTLSContexts()
                let ours = UpstreamTLS(authorities: try folder.authorities())
                for host in ["127.0.0.1", "10.0.0.1", nil] {
                    #expect(try await answer(contexts, ours, server, host: host).hasPrefix("HTTP/1.1 200"))
                }
            }
        }
    }

    @Test("contexts are made once for each way of trusting, and forgotten when no group has it any more")
    func keeping() async throws {
        try await CertificateFolder.with { folder in
            let contexts = UpstreamTLSContexts()
            let authorities = try folder.authorities()
            let some = [
                UpstreamTLS(serverName: "a.test", authorities: authorities),
                UpstreamTLS(serverName: "b.test", authorities: authorities), UpstreamTLS(verify: false),
                UpstreamTLS(authorities: authorities, verify: false),
            ]
            #expect(contexts.keep(some).isEmpty)
            #expect(contexts.count == 2)
            // Checks that have no name to verify have one of their own.
            #expect(contexts.keep(some, nameless: some).isEmpty)
            #expect(contexts.count == 3)
            let wrong = UpstreamTLS(authorities: "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
            #expect(contexts.keep([some[0], wrong]).count == 1)
            #expect(contexts.count == 2)
            #expect(throws: UnusableCertificate.self) { _ = try contexts.handler(for: wrong, requestHost: "a.test") }
            contexts.keep([])
            #expect(contexts.count == 0)
            // A table that is just being replaced may still ask.
            _ = try contexts.handler(for: some[0], requestHost: "a.test")
        }
    }
}

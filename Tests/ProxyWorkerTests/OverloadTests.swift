import NIOCore
import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct OverloadTests {
    /// Answers each request once `goOn` is set.
    private func waiting(for goOn: Latch<Void>) async throws -> UpstreamStub {
        try await UpstreamStub.start { connection in
            while true {
                _ = try await connection.readRequest()
                try await goOn.get()
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
    }

    private func check(_ worker: WorkerFixture, goOn: Latch<Void>) async throws {
        let first = try await worker.connect()
        try await first.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        try await eventually("an exchange") { await worker.worker.statistics().activeExchanges == 1 }
        let second = try await worker.get()
        #expect(second.status == 503)
        #expect(second.value("X-Signalbox-Error") == "overloaded")
        #expect(second.value("Retry-After") == "1")
        goOn.set(.success(()))
        #expect(try await first.readResponse().body == "ok")
        #expect(try await worker.get().status == 200)
    }

    @Test("More requests at once than a worker serves are told to come again")
    func limitsRequests() async throws {
        let goOn = Latch<Void>()
        let stub = try await waiting(for: goOn)
        try await WorkerFixture.run(.to(stub.port), configure: { $0.maxRequests = 1 }) { worker in
            try await check(worker, goOn: goOn)
        }
        await stub.stop()
    }

    @Test("More requests at once than a peer takes go to others, or are told to come again")
    func limitsPeer() async throws {
        let goOn = Latch<Void>()
        let stub = try await waiting(for: goOn)
        try await WorkerFixture.run(.to(stub.port, group: GroupSettings(maxConnections: 1))) { worker in
            try await check(worker, goOn: goOn)
        }
        await stub.stop()
    }

    @Test("Clients are counted over all event loops")
    func countsClients() async throws {
        let stub = try await UpstreamStub.answering("ok")
        try await WorkerFixture.run(.to(stub.port), threads: 3, configure: { $0.maxClients = 4 }) { worker in
            var statuses: [Int] = []
            var clients: [RawConnection] = []
            for _ in 0..<8 {
                let client = try await worker.connect()
                clients.append(client)
                try? await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                statuses.append(try await client.readResponse().status)
                // One that is refused leaves its place at once.
                if statuses.last == 503 { try await client.waitForEnd() }
                try await eventually("four clients at most") {
                    await worker.worker.statistics().clientConnections <= 4
                }
            }
            #expect(statuses == [200, 200, 200, 200, 503, 503, 503, 503])
            for client in clients { await client.close() }
        }
        await stub.stop()
    }

    @Test("A head that is larger than the limit is refused, one that isn't is not")
    func limitsHead() async throws {
        let stub = try await UpstreamStub.answering("ok")
        try await WorkerFixture.run(.to(stub.port), configure: { $0.maxHeadBytes = 2_048 }) { worker in
            let small = String(repeating: "x", count: 1_900)
            let passed = try await worker.get(headers: "X-A: \(small)\r\n")
            let twoFields = try await worker.get(headers: "X-A: \(small)\r\nX-B: \(small)\r\n")
            let target = try await worker.get("/\(small)\(small)")
            #expect([passed, twoFields, target].map(\.status) == [200, 431, 431])
        }
        await stub.stop()
    }

    @Test("HTTP/2 has the worker's limits where they mean the same")
    func limitsHTTP2() {
        var configuration = ProxyConfiguration(listen: [], threads: 1)
        #expect(HTTP2Limits(configuration) == HTTP2Limits())
        configuration.clientIdleTimeout = .seconds(7)
        configuration.maxHeadBytes = 256 * 1024
        let limits = HTTP2Limits(configuration)
        #expect(limits.idleTimeout == .seconds(7))
        #expect(limits.headerListBytes == 256 * 1024)
        #expect((limits.continuationFrames + 1) * 16_384 > limits.headerListBytes)
    }

    @Test("More clients than a worker takes are told so and closed")
    func limitsClients() async throws {
        let stub = try await UpstreamStub.answering("ok")
        try await WorkerFixture.run(.to(stub.port), configure: { $0.maxClients = 1 }) { worker in
            let first = try await worker.connect()
            try await first.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await first.readResponse().body == "ok")
            let second = try await worker.connect()
            #expect(try await second.readResponse().status == 503)
            try await second.waitForEnd()
            await first.close()
        }
        await stub.stop()
    }

    @Test("A client that speaks HTTP/2 is one, however many requests it has under way")
    func countsConnections() async throws {
        let goOn = Latch<Void>()
        let stub = try await waiting(for: goOn)
        try await WorkerFixture.run(.to(stub.port), configure: { $0.maxClients = 1 }) { worker in
            let client = try await FrameClient.connect(port: worker.port)
            try await client.send([.get(1), .get(3), .get(5)])
            try await eventually("three requests") { await worker.worker.statistics().activeExchanges == 3 }
            let second = try await worker.connect()
            #expect(try await second.readResponse().status == 503)
            try await second.waitForEnd()
            goOn.set(.success(()))
            // The first response; frames of the others may come in between.
            #expect(try await client.response(1).body == "ok")
            await client.connection.close()
            try await eventually("its place is free") { await worker.worker.statistics().clientConnections == 0 }
            #expect(try await worker.get().status == 200)
        }
        await stub.stop()
    }

    @Test("With TLS one client too many gets no handshake, and takes no place for long")
    func limitsTLSClients() async throws {
        let stub = try await UpstreamStub.answering("ok")
        try await CertificateFolder.with { folder in
            let files = try await folder.make("star.test", ["DNS:star.test"])
            let place = ListenAddress(host: "127.0.0.1", port: 0)
            try await WorkerFixture.run(
                .to(stub.port),
                configure: {
                    $0.maxClients = 1
                    $0.tls = TLSListener(listen: [place], certificates: [files])
                }
            ) { worker in
                let port = try await worker.worker.boundAddresses[1].port
                // One that hasn't begun its handshake is a client, too.
                let first = try await RawConnection.connect(to: ("127.0.0.1", port))
                try await eventually("a client") { await worker.worker.statistics().clientConnections == 1 }
                let second = try await RawConnection.connect(to: ("127.0.0.1", port))
                try await second.waitForEnd()
                await first.close()
                try await eventually("its place is free") {
                    await worker.worker.statistics().clientConnections == 0
                }
                let body = try await Command.curl([
                    "--cacert", folder.path("ca.pem"), "--resolve", "star.test:\(port):127.0.0.1",
                    "https://star.test:\(port)/",
                ])
                #expect(body == "ok")
            }
        }
        await stub.stop()
    }
}

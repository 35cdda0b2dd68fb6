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
}

import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct RetryTests {
    @Test("A peer that refuses costs nothing: another one answers, whatever the method", arguments: ["GET", "POST"])
    func retriesConnecting(method: String) async throws {
        let stub = try await UpstreamStub.start { connection in
            while true {
                let body = try await connection.readRequest().body
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        }
        let closed = try ReservedPort()
        try await WorkerFixture.run(.to(stub.port, closed.number)) { worker in
            for _ in 0..<20 {
                let client = try await worker.connect()
                try await client.write("\(method) / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
                let response = try await client.readResponse()
                #expect(response.status == 200)
                #expect(response.body == "hello")
                await client.close()
            }
            let statistics = await worker.worker.statistics()
            // It is passed over for a while after the first attempt.
            #expect((1...5).contains(statistics.retries), "\(statistics)")
            #expect(statistics.connectFailures == statistics.retries)
        }
        await stub.stop()
    }

    @Test("With every peer refusing, it is tried once more, and then it is 502")
    func givesUp() async throws {
        let ports = try (0..<3).map { _ in try ReservedPort() }
        try await WorkerFixture.run(.to(ports[0].number, ports[1].number, ports[2].number)) { worker in
            let response = try await worker.get()
            #expect(response.status == 502)
            let statistics = await worker.worker.statistics()
            #expect(statistics.connectFailures == 2)
            #expect(statistics.retries == 1)
        }
    }

    /// Answers the first request of every connection, and closes at the second.
    private func closingAtSecond() async throws -> UpstreamStub {
        try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            _ = try await connection.readRequest()
            await connection.reset()
        }
    }

    @Test("A kept connection that dies under a request is replaced by a fresh one", arguments: ["GET", "PUT"])
    func retriesStale(method: String) async throws {
        let stub = try await closingAtSecond()
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for _ in 0..<5 {
                try await client.write("\(method) / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody")
                #expect(try await client.readResponse().body == "ok")
            }
            let statistics = await worker.worker.statistics()
            #expect(statistics.staleRetries == 4)
            #expect(statistics.retries == 0)
            #expect(stub.connections.count == 5)
        }
        await stub.stop()
    }

    @Test("A kept connection that dies under a POST fails it: it may have been done")
    func doesNotRepeatPost() async throws {
        let stub = try await closingAtSecond()
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for status in [200, 502, 200] {
                try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody")
                #expect(try await client.readResponse().status == status)
            }
            #expect(await worker.worker.statistics().staleRetries == 0)
        }
        await stub.stop()
    }

    @Test("A PUT whose body is too large to keep isn't repeated")
    func doesNotRepeatLarge() async throws {
        let stub = try await closingAtSecond()
        try await WorkerFixture.run(.to(stub.port), configure: { $0.replayLimit = 100 }) { worker in
            let client = try await worker.connect()
            for status in [200, 502] {
                try await client.write("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 200\r\n\r\n")
                try await client.pour(200)
                #expect(try await client.readResponse().status == status)
            }
        }
        await stub.stop()
    }

    @Test("A fresh connection that dies before it answers: another peer gets the request")
    func retriesFresh() async throws {
        let dying = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            await connection.reset()
        }
        let other = try await UpstreamStub.answering("other")
        try await WorkerFixture.run(.to(dying.port, other.port)) { worker in
            for _ in 0..<10 {
                let response = try await worker.get()
                #expect(response.body == "other")
            }
            #expect(await worker.worker.statistics().retries >= 4)
        }
        await dying.stop()
        await other.stop()
    }

    @Test("A connection that dies after an interim response isn't replaced: the request had arrived")
    func doesNotRepeatInterim() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 103 Early Hints\r\n\r\n")
            await connection.close()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.readHead().status == 103)
            #expect(try await client.readResponse().status == 502)
            #expect(stub.connections.count == 1)
        }
        await stub.stop()
    }

    @Test("A connection that closes while it is idle is never used")
    func noticesIdleClose() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await connection.close()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for _ in 0..<5 {
                try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
                #expect(try await client.readResponse().body == "ok")
                try await eventually("an empty pool") { await worker.worker.statistics().upstreamConnections == 0 }
            }
        }
        await stub.stop()
    }

    @Test("Bytes that nobody asked for take a connection out of the pool")
    func noticesUnsolicitedBytes() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            // A second response behind the first must never answer another request.
            try await connection.write(
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoodHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
            )
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for _ in 0..<10 {
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.readResponse().body == "good")
                #expect(try await client.readResponse().body == "good")
            }
        }
        await stub.stop()
    }

    @Test("An idle connection is closed in time, sooner when the peer says so", arguments: [nil, "timeout=1"])
    func closesIdle(keepAlive: String?) async throws {
        let field = keepAlive.map { "Keep-Alive: \($0)\r\n" } ?? ""
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\n\(field)Content-Length: 2\r\n\r\nok")
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(
            .to(stub.port),
            configure: { $0.upstreamIdleTimeout = keepAlive == nil ? .milliseconds(100) : .seconds(60) }
        ) { worker in
            #expect(try await worker.get().body == "ok")
            try await eventually("a closed connection") { stub.connections.first?.isOpen == false }
            #expect(await worker.worker.statistics().idleUpstreamConnections == 0)
        }
        await stub.stop()
    }

    @Test("An instance that is killed under load fails nothing but what it had begun to answer")
    func survivesKill() async throws {
        let stubs = [try await UpstreamStub.answering("a"), try await UpstreamStub.answering("b")]
        try await WorkerFixture.run(.to(stubs[0].port, stubs[1].port)) { worker in
            let statuses = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let client = try await worker.connect()
                        var statuses: [Int] = []
                        for _ in 0..<100 {
                            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                            statuses.append(try await client.readResponse().status)
                        }
                        return statuses
                    }
                }
                group.addTask {
                    try await eventually("some load") { await worker.worker.statistics().requests > 100 }
                    await stubs[0].kill()
                    return []
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(statuses.count == 400)
            #expect(statuses.allSatisfy { $0 == 200 })
        }
        await stubs[1].stop()
    }

    @Test("Requests behind one whose peer closes without an answer are answered too, and so is the client's end")
    func goesOnAfterFailure() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readHead()
            await connection.close()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 3))
            for _ in 0..<3 {
                let response = try await client.readResponse()
                #expect(response.status == 502)
            }
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await client.closeOutput()
            let last = try await client.readResponse()
            #expect(last.status == 502)
            #expect(try await client.waitForEnd() == .orderly)
        }
        await stub.stop()
    }
}

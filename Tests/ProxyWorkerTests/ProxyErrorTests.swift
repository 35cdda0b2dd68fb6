import HashTreeCollections
import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct ProxyErrorTests {
    @Test("Without a route: 404, and the connection goes on")
    func answersNoRoute() async throws {
        let stub = try await UpstreamStub.answering("ok")
        let snapshot = Snapshot.routing(
            [(name: "star", buckets: 10_000, ports: [stub.port])],
            match: RouteMatch(hosts: [.exact("star.test")])
        )
        try await WorkerFixture.run(snapshot) { worker in
            let client = try await worker.connect()
            try await client.write("POST / HTTP/1.1\r\nHost: other.test\r\nContent-Length: 5\r\n\r\nhello")
            let response = try await client.readResponse()
            #expect(response.line == "HTTP/1.1 404 Not Found")
            #expect(response.values("X-Signalbox-Error") == ["no_route"])
            #expect(
                response.body == """
                    {"type":"about:blank","title":"Not Found","status":404,"code":"no_route",\
                    "detail":"No route matches the request."}
                    """
            )
            try await client.write("GET / HTTP/1.1\r\nHost: star.test\r\n\r\n")
            #expect(try await client.readResponse().body == "ok")
            #expect(await worker.worker.statistics().noRoute == 1)
        }
        await stub.stop()
    }

    @Test("The proxy's own answer to HEAD has no body")
    func answersHead() async throws {
        let snapshot = Snapshot(index: 1, revision: 1, groups: [:], routes: [:])
        try await WorkerFixture.run(snapshot) { worker in
            let client = try await worker.connect()
            for _ in 0..<2 {
                try await client.write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try await client.readResponse(hasBody: false)
                #expect(response.status == 404)
                #expect(response.value("Content-Length").flatMap { Int($0) } ?? 0 > 0)
            }
        }
    }

    @Test("Without a usable peer: 503")
    func answersNoPeer() async throws {
        try await WorkerFixture.run(.to()) { worker in
            let response = try await worker.get()
            #expect(response.status == 503)
            #expect(response.values("X-Signalbox-Error") == ["no_peer"])
        }
    }

    @Test("A peer that refuses, with no other to try: 502")
    func answersRefused() async throws {
        let port = try ReservedPort()
        try await WorkerFixture.run(.to(port.number)) { worker in
            let client = try await worker.connect()
            for _ in 0..<2 {
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try await client.readResponse()
                #expect(response.status == 502)
                #expect(response.values("X-Signalbox-Error") == ["upstream_failed"])
            }
            let statistics = await worker.worker.statistics()
            #expect(statistics.connectFailures == 2)
            #expect(statistics.upstreamErrors == 2)
            #expect(statistics.retries == 0)
        }
    }

    @Test("A peer that doesn't take connections, with no other to try: 504")
    func answersStalled() async throws {
        let port = try ReservedPort()
        let queue = try await port.stall()
        try await WorkerFixture.run(.to(port.number), configure: { $0.connectTimeout = .milliseconds(100) }) { worker in
            let response = try await worker.get()
            #expect(response.status == 504)
            #expect(response.values("X-Signalbox-Error") == ["upstream_timeout"])
            #expect(await worker.worker.statistics().connectTimeouts == 1)
        }
        for connection in queue { await connection.close() }
    }

    static let malformed = [
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ]

    @Test("A response that isn't HTTP or that can't be passed on: 502", arguments: malformed)
    func answersMalformed(response: String) async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write(response)
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let answer = try await worker.get()
            #expect(answer.status == 502, "\(response.debugDescription)")
            #expect(answer.values("X-Signalbox-Error") == ["upstream_failed"])
            #expect(await worker.worker.statistics().malformedResponses == 1)
        }
        await stub.stop()
    }

    @Test("A peer that closes before it answers a request that can't be repeated: 502")
    func answersEarlyClose() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            await connection.reset()
        }
        let other = try await UpstreamStub.answering("other")
        try await WorkerFixture.run(.to(stub.port, other.port)) { worker in
            var statuses: [Int] = []
            for _ in 0..<2 {
                let client = try await worker.connect()
                try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
                statuses.append(try await client.readResponse().status)
            }
            #expect(statuses.sorted() == [200, 502])
            #expect(await worker.worker.statistics().earlyCloses == 1)
        }
        await stub.stop()
        await other.stop()
    }

    @Test("A peer that doesn't answer in time: 504, and its connection is closed")
    func answersSlowHead() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port), configure: { $0.responseHeadTimeout = .milliseconds(100) }) {
            worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try await client.readResponse()
            #expect(response.status == 504)
            #expect(response.values("X-Signalbox-Error") == ["upstream_timeout"])
            try await eventually("the end") { stub.connections.allSatisfy(\.hasEnded) }
            // It was the peer's fault: the client's connection goes on.
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.readResponse().status == 504)
            #expect(await worker.worker.statistics().headTimeouts == 2)
        }
        await stub.stop()
    }

    @Test("A client that stops in the middle of its body: 408, and the connection is closed")
    func answersSlowBody() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readHead()
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port), configure: { $0.streamIdleTimeout = .milliseconds(100) }) {
            worker in
            let client = try await worker.connect()
            try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
            let response = try await client.readResponse()
            #expect(response.status == 408)
            #expect(try await client.waitForEnd() == .orderly)
            try await eventually("the end") { stub.connections.allSatisfy(\.hasEnded) }
        }
        await stub.stop()
    }

    @Test("A client that sends nothing, or half a head, is closed in time")
    func closesIdleClient() async throws {
        try await WorkerFixture.run(.to(), configure: { $0.clientIdleTimeout = .milliseconds(100) }) { worker in
            for text in ["", "GET / HTTP/1.1\r\nHost: a\r\n"] {
                let client = try await worker.connect()
                // It may be closed before this is sent.
                try? await client.write(text)
                try await client.waitForEnd()
            }
        }
    }
}

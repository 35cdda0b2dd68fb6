import HashTreeCollections
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite struct ForwardingTests {
    @Test("A request reaches the peer with its method, target, fields and body, and the response comes back")
    func passesThrough() async throws {
        let stub = try await UpstreamStub.start { connection in
            let request = try await connection.readRequest()
            #expect(request.line == "POST /a/b?x=1&y=%20 HTTP/1.1")
            #expect(request.values("Host") == ["star.test:8080"])
            #expect(request.values("X-Own") == ["one", "two"])
            #expect(request.body == "hello")
            try await connection.write(
                "HTTP/1.1 201 Created\r\nContent-Length: 3\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\nyes"
            )
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write(
                """
                POST /a/b?x=1&y=%20 HTTP/1.1\r\nHost: star.test:8080\r\nX-Own: one\r\nX-Own: two\r\n\
                Content-Length: 5\r\n\r\nhello
                """
            )
            let response = try await client.readResponse()
            #expect(response.line == "HTTP/1.1 201 Created")
            #expect(response.body == "yes")
            #expect(response.values("Set-Cookie") == ["a=1", "b=2"])
            #expect(response.values("Connection") == [])
        }
        await stub.stop()
    }

    @Test("Both sides' connections serve many requests")
    func keepsConnections() async throws {
        let stub = try await UpstreamStub.answering("ok")
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for _ in 0..<20 {
                try await client.write("GET / HTTP/1.1\r\nHost: star.test\r\n\r\n")
                #expect(try await client.readResponse().body == "ok")
            }
            #expect(stub.connections.count == 1)
            let statistics = await worker.worker.statistics()
            #expect(statistics.requests == 20)
            #expect(statistics.responses2xx == 20)
            #expect(statistics.connectedUpstreams == 1)
            #expect(statistics.idleUpstreamConnections == 1)
            #expect(statistics.clientConnections == 1)
            #expect(statistics.activeExchanges == 0)
        }
        await stub.stop()
    }

    @Test("Pipelined requests are answered in their order")
    func pipelines() async throws {
        let stub = try await UpstreamStub.start { connection in
            while true {
                let request = try await connection.readRequest()
                let body = request.target + request.body
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            var text = ""
            for number in 0..<50 {
                text +=
                    number % 3 == 0
                    ? "POST /\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
                    : "GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n"
            }
            try await client.write(text)
            for number in 0..<50 {
                #expect(try await client.readResponse().body == (number % 3 == 0 ? "/\(number)body" : "/\(number)"))
            }
        }
        await stub.stop()
    }

    @Test("Thousands of pipelined requests that the proxy answers itself are answered without recursion")
    func pipelinesProblems() async throws {
        let snapshot = Snapshot(index: 1, revision: 1, groups: [:], routes: [:])
        try await WorkerFixture.run(snapshot) { worker in
            let client = try await worker.connect()
            let count = 5000
            async let sending: Void = client.write(
                String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: count)
            )
            for _ in 0..<count { #expect(try await client.readResponse().status == 404) }
            try await sending
        }
    }

    @Test("Fields for one connection stay on it, in both directions")
    func removesHopByHop() async throws {
        let stub = try await UpstreamStub.start { connection in
            let request = try await connection.readRequest()
            let names = Set(request.fields.map { $0.name.lowercased() })
            #expect(
                names == [
                    "host", "accept", "x-forwarded-for", "x-real-ip", "x-forwarded-proto", "x-forwarded-host",
                ],
                "\(request.fields)"
            )
            try await connection.write(
                """
                HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\n\
                Upgrade: h2c\r\nProxy-Connection: keep-alive\r\nX-End: 2\r\nContent-Length: 0\r\n\r\n
                """
            )
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write(
                """
                GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n\
                TE: gzip\r\nProxy-Connection: keep-alive\r\nAccept: */*\r\n\r\n
                """
            )
            let response = try await client.readResponse()
            #expect(Set(response.fields.map { $0.name.lowercased() }) == ["x-end", "content-length"])
        }
        await stub.stop()
    }

    @Test("The peer learns who the client is, and can't be told lies about host and protocol")
    func forwardsClient() async throws {
        let stub = try await UpstreamStub.start { connection in
            let request = try await connection.readRequest()
            #expect(request.values("X-Forwarded-For") == ["10.1.1.1, 10.2.2.2, 127.0.0.1"])
            #expect(request.values("X-Forwarded-Proto") == ["http"])
            #expect(request.values("X-Forwarded-Host") == ["star.test"])
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let response = try await worker.get(
                headers: """
                    X-Forwarded-For: 10.1.1.1\r\nX-Forwarded-For: 10.2.2.2\r\nX-Forwarded-Proto: https\r\n\
                    X-Forwarded-Host: evil.test\r\n
                    """
            )
            #expect(response.status == 200)
        }
        await stub.stop()
    }

    @Test("A client that asks for it gets its connection closed; the upstream connection stays")
    func closesForClient() async throws {
        let stub = try await UpstreamStub.answering("ok")
        try await WorkerFixture.run(.to(stub.port)) { worker in
            for _ in 0..<2 {
                let client = try await worker.connect()
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                let response = try await client.readResponse()
                #expect(response.values("Connection") == ["close"])
                #expect(try await client.waitForEnd() == .orderly)
            }
            #expect(stub.connections.count == 1)
        }
        await stub.stop()
    }

    @Test("A peer that closes its connection doesn't close the client's")
    func hidesUpstreamClose() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
            await connection.close()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for _ in 0..<3 {
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try await client.readResponse()
                #expect(response.values("Connection") == [])
                #expect(response.body == "ok")
            }
            #expect(stub.connections.count == 3)
        }
        await stub.stop()
    }

    @Test("HTTP/1.0: one request unless the client asks for more")
    func speaksHTTP10() async throws {
        let stub = try await UpstreamStub.start { connection in
            while true {
                let request = try await connection.readRequest()
                #expect(request.line == "GET / HTTP/1.1")
                #expect(request.values("Host").count == 1)
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let once = try await worker.connect()
            try await once.write("GET / HTTP/1.0\r\n\r\n")
            #expect(try await once.readResponse().values("Connection") == ["close"])
            #expect(try await once.waitForEnd() == .orderly)

            let more = try await worker.connect()
            for _ in 0..<2 {
                try await more.write("GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n")
                let response = try await more.readResponse()
                #expect(response.values("Connection") == ["keep-alive"])
                #expect(response.body == "ok")
            }
        }
        await stub.stop()
    }

    @Test("An upgrade to HTTP/2 isn't passed on: the request is served as it is")
    func stripsUpgrade() async throws {
        let stub = try await UpstreamStub.start { connection in
            let request = try await connection.readRequest()
            #expect(request.values("Upgrade") == [])
            #expect(request.values("HTTP2-Settings") == [])
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write(
                """
                GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\
                HTTP2-Settings: AAMAAABk\r\n\r\n
                """
            )
            let response = try await client.readResponse()
            #expect(response.body == "ok")
        }
        await stub.stop()
    }

    @Test("A target in absolute form: its authority is the host, and the peer gets the path")
    func acceptsAbsoluteTarget() async throws {
        let stub = try await UpstreamStub.start { connection in
            let request = try await connection.readRequest()
            #expect(request.line == "GET /x?y HTTP/1.1")
            #expect(request.values("Host") == ["star.test:81"])
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        let match = RouteMatch(hosts: [.exact("star.test")])
        let snapshot = Snapshot.routing([(name: "star", buckets: 10_000, ports: [stub.port])], match: match)
        try await WorkerFixture.run(snapshot) { worker in
            let client = try await worker.connect()
            try await client.write("GET http://star.test:81/x?y HTTP/1.1\r\nHost: other.test\r\n\r\n")
            #expect(try await client.readResponse().status == 200)
        }
        await stub.stop()
    }

    @Test("A peer may be known by its name")
    func resolvesNames() async throws {
        let stub = try await UpstreamStub.answering("ok")
        let peer = SnapshotPeer(id: PeerID("n~1"), address: "localhost", port: stub.port, weight: 1)
        let snapshot = Snapshot.to(stub.port)
        let named = Snapshot(
            index: 1,
            revision: 1,
            groups: ["star": SnapshotGroup(policy: .roundRobin, peers: [peer])],
            routes: snapshot.routes
        )
        try await WorkerFixture.run(named) { worker in
            let client = try await worker.connect()
            for _ in 0..<2 {
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.readResponse().body == "ok")
            }
            #expect(stub.connections.count == 1)
        }
        await stub.stop()
    }
}

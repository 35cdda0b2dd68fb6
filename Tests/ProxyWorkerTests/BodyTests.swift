import RoutingModel
import Testing

@testable import ProxyWorker

@Suite struct BodyTests {
    @Test("Chunked bodies pass in both directions, with their trailers")
    func passesChunked() async throws {
        let stub = try await UpstreamStub.start { connection in
            let request = try await connection.readRequest()
            #expect(request.values("Transfer-Encoding") == ["chunked"])
            #expect(request.values("Content-Length") == [])
            #expect(request.body == "hello world")
            #expect(request.rawBody.hasSuffix("0\r\nX-Check: 1\r\n\r\n"), "\(request.rawBody)")
            try await connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            try await connection.write("4\r\ndefg\r\n0\r\nX-Sum: 9\r\n\r\n")
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write(
                """
                POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
                5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-Check: 1\r\nHost: other\r\n\r\n
                """
            )
            let response = try await client.readResponse()
            #expect(response.values("Transfer-Encoding") == ["chunked"])
            #expect(response.body == "abcdefg")
            #expect(response.rawBody.hasSuffix("0\r\nX-Sum: 9\r\n\r\n"), "\(response.rawBody)")
        }
        await stub.stop()
    }

    @Test("A request's body flows while it is still being sent")
    func streamsRequest() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readHead()
            _ = try await connection.read(5)
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
            _ = try await connection.read(5)
            try await connection.write("again")
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
            // The response begins before the request has ended: neither waits for the other.
            _ = try await client.read(until: "first")
            try await client.write("world")
            #expect(try await client.read(5) == "again")
        }
        await stub.stop()
    }

    @Test("The response to HEAD has the length and no body, and the connection goes on")
    func answersHead() async throws {
        let stub = try await UpstreamStub.start { connection in
            for _ in 0..<2 {
                let request = try await connection.readRequest()
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
                if request.method == "GET" { try await connection.write("hello") }
            }
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try await client.readResponse(hasBody: false)
            #expect(head.values("Content-Length") == ["5"])
            #expect(try await client.readResponse().body == "hello")
            #expect(stub.connections.count == 1)
        }
        await stub.stop()
    }

    @Test("204 and 304 have no body, whatever their fields say", arguments: ["204 No Content", "304 Not Modified"])
    func answersEmpty(status: String) async throws {
        let stub = try await UpstreamStub.start { connection in
            for _ in 0..<2 {
                _ = try await connection.readRequest()
                try await connection.write("HTTP/1.1 \(status)\r\nETag: \"x\"\r\nContent-Length: 5\r\n\r\n")
            }
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for _ in 0..<2 {
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try await client.readResponse()
                #expect(response.line == "HTTP/1.1 \(status)")
                #expect(response.values("Content-Length") == (status.hasPrefix("304") ? ["5"] : []))
                #expect(response.values("Transfer-Encoding") == [])
            }
            #expect(stub.connections.count == 1)
        }
        await stub.stop()
    }

    @Test("A response that ends with its connection becomes chunked for HTTP/1.1")
    func chunksUntilClose() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\n\r\nhello ")
            try await connection.write("world")
            await connection.close()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for _ in 0..<2 {
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try await client.readResponse()
                #expect(response.values("Transfer-Encoding") == ["chunked"])
                #expect(response.body == "hello world")
            }
        }
        await stub.stop()
    }

    @Test("A response without a length to HTTP/1.0 ends with the connection")
    func closesForHTTP10() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let head = try await client.readHead()
            #expect(head.values("Connection") == ["close"])
            #expect(head.values("Transfer-Encoding") == [])
            let end = try await client.readToEnd()
            #expect(end.text == "hello")
            #expect(end.ending == .orderly)
        }
        await stub.stop()
    }

    @Test("A client that waits for 100 Continue gets the peer's, and its body flows")
    func passesContinue() async throws {
        let stub = try await UpstreamStub.start { connection in
            let head = try await connection.readHead()
            #expect(head.values("Expect") == ["100-continue"])
            try await connection.write("HTTP/1.1 100 Continue\r\n\r\n")
            #expect(try await connection.read(5) == "hello")
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            #expect(try await client.readHead().line == "HTTP/1.1 100 Continue")
            try await client.write("hello")
            let response = try await client.readResponse()
            #expect(response.body == "ok")
            #expect(response.values("Connection") == [])
        }
        await stub.stop()
    }

    @Test("A client that waits for 100 Continue and is refused loses its connection: its body never comes")
    func refusesContinue() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readHead()
            try await connection.write("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno")
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            let response = try await client.readResponse()
            #expect(response.status == 417)
            #expect(response.values("Connection") == ["close"])
            #expect(try await client.waitForEnd() == .orderly)
        }
        await stub.stop()
    }

    @Test("Early hints are passed on before the response")
    func passesInterim() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let interim = try await client.readHead()
            #expect(interim.status == 103)
            #expect(interim.values("Link") == ["</a.css>"])
            #expect(try await client.readResponse().body == "ok")
        }
        await stub.stop()
    }

    @Test("A response before the end of its request: the rest of the body is thrown away and the connection goes on")
    func discardsBody() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readHead()
            try await connection.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
            #expect(try await client.readResponse().body == "big")
            try await client.write("worldPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            #expect(try await client.readResponse().body == "big")
            // The first connection still waited for its request's end: it can't be used again.
            #expect(stub.connections.count == 2)
        }
        await stub.stop()
    }

    @Test("A response before the end of a long request reaches the client whole before the connection is closed")
    func closesAfterLongBody() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readHead()
            try await connection.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
        }
        try await WorkerFixture.run(.to(stub.port), configure: { $0.discardLimit = 100_000 }) { worker in
            let client = try await worker.connect()
            try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
            #expect(try await client.readResponse().body == "big")
            try? await client.pour(50_000_000)
            try await client.waitForEnd()
            #expect(client.bytesSent < 50_000_000)
        }
        await stub.stop()
    }
}

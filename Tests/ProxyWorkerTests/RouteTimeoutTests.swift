import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct RouteTimeoutTests {
    private func never() async throws -> UpstreamStub {
        try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.waitForEnd()
        }
    }

    @Test("A route's own limit for the response's head counts, whatever the worker's is")
    func limitsResponse() async throws {
        let stub = try await never()
        let timeouts = RouteTimeouts(response: RuleDuration(milliseconds: 100))
        try await WorkerFixture.run(.to(stub.port, settings: RouteSettings(timeouts: timeouts))) { worker in
            let answer = try await worker.get()
            #expect(answer.status == 504)
        }
        await stub.stop()
    }

    @Test("A worker's limit for the whole of a request counts where the route has none of its own")
    func limitsTotalByDefault() async throws {
        let stub = try await never()
        func limit(_ configuration: inout ProxyConfiguration) { configuration.totalTimeout = .milliseconds(100) }
        try await WorkerFixture.run(.to(stub.port), configure: limit) { worker in
            let answer = try await worker.get()
            #expect(answer.status == 504)
        }
        let own = RouteSettings(timeouts: RouteTimeouts(total: .seconds(60)))
        let quick = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            // Longer than the worker's limit.
            try await Task.sleep(for: .milliseconds(300))
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        try await WorkerFixture.run(.to(quick.port, settings: own), configure: limit) { worker in
            let answer = try await worker.get()
            #expect(answer.status == 200)
        }
        await stub.stop()
        await quick.stop()
    }

    @Test("All of a request's time is bounded, even while bytes keep coming")
    func limitsTotal() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while !connection.hasEnded {
                try await connection.write("x")
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        let timeouts = RouteTimeouts(total: .seconds(5))
        try await WorkerFixture.run(.to(stub.port, settings: RouteSettings(timeouts: timeouts))) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let text = try await client.readToEnd().text
            #expect(text.hasPrefix("HTTP/1.1 200"))
            #expect(text.count < 1_000)
        }
        await stub.stop()
    }

    @Test("A head that comes a byte at a time is cut off with 408")
    func limitsHead() async throws {
        let stub = try await never()
        try await WorkerFixture.run(.to(stub.port), configure: { $0.requestHeadTimeout = .milliseconds(150) }) {
            worker in
            let client = try await worker.connect()
            let text = Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8)
            var sent = 0
            while sent < text.count {
                try? await client.write(bytes: [text[sent]])
                sent += 1
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await client.readToEnd().text.hasPrefix("HTTP/1.1 408"))
        }
        await stub.stop()
    }
}

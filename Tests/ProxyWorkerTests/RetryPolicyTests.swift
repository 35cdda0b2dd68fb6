import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct RetryPolicyTests {
    /// Answers each request with `status` and the stub's name.
    private func answering(_ status: Int, _ name: String) async throws -> UpstreamStub {
        try await UpstreamStub.start { connection in
            while true {
                _ = try await connection.readRequest()
                try await connection.write("HTTP/1.1 \(status) X\r\nContent-Length: \(name.utf8.count)\r\n\r\n\(name)")
            }
        }
    }

    @Test("A status that the policy names is tried again with another peer", arguments: [502, 503, 504])
    func retriesStatus(status: Int) async throws {
        let bad = try await answering(status, "bad")
        let good = try await answering(200, "good")
        let policy = RetryPolicy(on: [.status502, .status503, .status504])
        try await WorkerFixture.run(.to(bad.port, good.port, settings: RouteSettings(retry: policy))) { worker in
            for _ in 0..<6 {
                let response = try await worker.get()
                #expect(response.status == 200)
                #expect(response.body == "good")
            }
        }
        await bad.stop()
        await good.stop()
    }

    @Test("When no try is left the peer's own answer reaches the client")
    func passesLastAnswer() async throws {
        let bad = try await answering(503, "bad")
        let worse = try await answering(503, "bad")
        let policy = RetryPolicy(attempts: 1, on: [.status503])
        try await WorkerFixture.run(.to(bad.port, worse.port, settings: RouteSettings(retry: policy))) { worker in
            let response = try await worker.get()
            #expect(response.status == 503)
            #expect(response.body == "bad")
            #expect(await worker.worker.statistics().retries == 1)
        }
        await bad.stop()
        await worse.stop()
    }

    @Test("A POST isn't tried again after it was sent, unless the policy says so", arguments: [false, true])
    func methodsCount(nonIdempotent: Bool) async throws {
        let bad = try await answering(503, "bad")
        let good = try await answering(200, "good")
        let policy = RetryPolicy(on: [.status503], nonIdempotent: nonIdempotent)
        try await WorkerFixture.run(.to(bad.port, good.port, settings: RouteSettings(retry: policy))) { worker in
            var statuses: Set<Int> = []
            for _ in 0..<4 {
                let client = try await worker.connect()
                try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
                statuses.insert(try await client.readResponse().status)
                await client.close()
            }
            #expect(statuses == (nonIdempotent ? [200] : [200, 503]))
        }
        await bad.stop()
        await good.stop()
    }

    @Test("A try that takes too long gives way to another")
    func retriesSlow() async throws {
        let slow = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.waitForEnd()
        }
        let good = try await answering(200, "good")
        let policy = RetryPolicy(perTryTimeout: .seconds(5), on: [.timeout])
        try await WorkerFixture.run(.to(slow.port, good.port, settings: RouteSettings(retry: policy))) { worker in
            for _ in 0..<2 {
                let answer = try await worker.get()
                #expect(answer.body == "good")
            }
        }
        await slow.stop()
        await good.stop()
    }

    @Test("A retry may leave a failing canary for the other group, and a budget bounds how many do")
    func leavesCanary() async throws {
        let canary = try await answering(503, "canary")
        let stable = try await answering(200, "stable")
        let policy = RetryPolicy(on: [.status503], across: true)
        let snapshot = Snapshot.routing(
            [
                (name: "canary", buckets: 9_000, ports: [canary.port]),
                (name: "stable", buckets: 1_000, ports: [stable.port]),
            ],
            settings: RouteSettings(retry: policy))
        try await WorkerFixture.run(snapshot) { worker in
            for _ in 0..<5 {
                let answer = try await worker.get()
                #expect(answer.body == "stable")
            }
        }
        await canary.stop()
        await stable.stop()
    }

    @Test("Without a budget nothing is tried again")
    func keepsBudget() async throws {
        let bad = try await answering(503, "bad")
        let good = try await answering(200, "good")
        let policy = RetryPolicy(on: [.status503], budget: .zero, minPerSecond: 0)
        try await WorkerFixture.run(.to(bad.port, good.port, settings: RouteSettings(retry: policy))) { worker in
            var statuses: Set<Int> = []
            for _ in 0..<4 { statuses.insert(try await worker.get().status) }
            #expect(statuses == [200, 503])
        }
        await bad.stop()
        await good.stop()
    }
}

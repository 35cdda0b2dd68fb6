import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct TableSwapTests {
    @Test("Tables change under load without a failed request, and each is acknowledged once it is in force")
    func swapsUnderLoad() async throws {
        let stubs = [try await UpstreamStub.answering("a"), try await UpstreamStub.answering("b")]
        try await WorkerFixture.run(.to(stubs[0].port), threads: 2) { worker in
            try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        let client = try await worker.connect()
                        var statuses: [Int] = []
                        while worker.worker.appliedIndex < 60 {
                            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                            statuses.append(try await client.readResponse().status)
                        }
                        return statuses
                    }
                }
                for index in 2...60 {
                    worker.source.publish(.to(stubs[index % 2].port, index: index))
                    try await eventually("index \(index)") { worker.source.acknowledged.last == index }
                    #expect(worker.worker.appliedIndex == index)
                }
                let statuses = try await group.reduce(into: []) { $0 += $1 }
                #expect(!statuses.isEmpty)
                #expect(statuses.allSatisfy { $0 == 200 })
            }
        }
        for stub in stubs { await stub.stop() }
    }

    @Test("A request in flight ends where it began; the next one goes by the new table")
    func keepsExchanges() async throws {
        let goOn = Latch<Void>()
        let old = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await goOn.get()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold")
            try await connection.waitForEnd()
        }
        let new = try await UpstreamStub.answering("new")
        try await WorkerFixture.run(.to(old.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("an exchange") { await worker.worker.statistics().upstreamConnections == 1 }
            worker.source.publish(.to(new.port, index: 2))
            try await eventually("index 2") { worker.worker.appliedIndex == 2 }
            let other = try await worker.get()
            #expect(other.body == "new")
            goOn.set(.success(()))
            #expect(try await client.readResponse().body == "old")
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.readResponse().body == "new")
        }
        await old.stop()
        await new.stop()
    }

    @Test("Idle connections to peers that are gone are closed")
    func closesIdleToGone() async throws {
        let old = try await UpstreamStub.answering("old")
        let new = try await UpstreamStub.answering("new")
        try await WorkerFixture.run(.to(old.port), configure: { $0.upstreamIdleTimeout = .seconds(600) }) { worker in
            let response = try await worker.get()
            #expect(response.body == "old")
            worker.source.publish(.to(new.port, index: 2))
            try await eventually("a closed connection") { old.connections[0].isOpen == false }
        }
        await old.stop()
        await new.stop()
    }

    @Test("A snapshot that can't be applied is refused with the reason; the one before stays in force")
    func refusesBroken() async throws {
        let stub = try await UpstreamStub.answering("ok")
        try await WorkerFixture.run(.to(stub.port), threads: 2) { worker in
            _ = try await worker.worker.boundAddresses
            worker.source.publish(.broken(index: 2))
            try await eventually("a refusal") { !worker.source.refused.isEmpty }
            #expect(worker.source.refused[0].index == 2)
            #expect(worker.source.refused[0].reason.contains("missing )"), "\(worker.source.refused)")
            #expect(worker.worker.appliedIndex == 1)
            let response = try await worker.get()
            #expect(response.body == "ok")
            // It is neither refused again nor asked for without pause while there is nothing newer.
            let asked = worker.source.asked
            try await eventually("another question") { worker.source.asked > asked + 1 }
            #expect(worker.source.refused.count == 1)
            #expect(worker.source.acknowledged == [0, 1])

            worker.source.publish(.to(stub.port, index: 3))
            try await eventually("index 3") { worker.source.acknowledged.last == 3 }
        }
        await stub.stop()
    }

    @Test("Every loop takes in what is said to be different, also after a refusal in between")
    func takesInChanges() async throws {
        let stubs = [try await UpstreamStub.answering("a"), try await UpstreamStub.answering("b")]
        func answers(_ worker: WorkerFixture) async throws -> Set<String> {
            var answers: Set<String> = []
            for _ in 0..<12 { answers.insert(try await worker.get().body) }
            return answers
        }
        try await WorkerFixture.run(.to(stubs[0].port), threads: 2) { worker in
            _ = try await worker.worker.boundAddresses
            for index in 2...5 {
                let stub = stubs[index % 2]
                if index == 4 {
                    worker.source.publish(.broken(index: 100), changes: SnapshotChanges(routes: ["all"]))
                    try await eventually("a refusal") { worker.source.refused.count == 1 }
                }
                worker.source.publish(.to(stub.port, index: index), changes: SnapshotChanges(groups: ["star"]))
                try await eventually("index \(index)") { worker.source.acknowledged.last == index }
                let seen = try await answers(worker)
                #expect(seen == [index % 2 == 0 ? "a" : "b"])
            }
            // The route is not said to be different, so it isn't looked at.
            worker.source.publish(.broken(index: 6), changes: SnapshotChanges())
            try await eventually("index 6") { worker.source.acknowledged.last == 6 }
            let seen = try await answers(worker)
            #expect(seen == ["b"])
        }
        for stub in stubs { await stub.stop() }
    }

    @Test("A request that needs another peer takes one that its group has by then")
    func retriesInChangedGroup() async throws {
        let goOn = Latch<Void>()
        let old = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await goOn.get()
            await connection.reset()
        }
        let new = try await UpstreamStub.answering("new")
        try await WorkerFixture.run(.to(old.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("an exchange") { await worker.worker.statistics().upstreamConnections == 1 }
            worker.source.publish(.to(new.port, index: 2), changes: SnapshotChanges(groups: ["star"]))
            try await eventually("index 2") { worker.worker.appliedIndex == 2 }
            goOn.set(.success(()))
            #expect(try await client.readResponse().body == "new")
        }
        await old.stop()
        await new.stop()
    }

    @Test("Requests are split by the weights, and a key stays where it is")
    func splits() async throws {
        let stubs = [try await UpstreamStub.answering("canary"), try await UpstreamStub.answering("stable")]
        let snapshot = Snapshot.routing(
            [
                (name: "canary", buckets: 2500, ports: [stubs[0].port]),
                (name: "stable", buckets: 7500, ports: [stubs[1].port]),
            ],
            sticky: Stickiness(.header("x-user"), salt: "all")
        )
        try await WorkerFixture.run(snapshot) { worker in
            let client = try await worker.connect()
            var counts: [String: Int] = [:]
            for number in 0..<400 {
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\nX-User: user-\(number)\r\n\r\n")
                counts[try await client.readResponse().body, default: 0] += 1
            }
            #expect((60...140).contains(counts["canary"] ?? 0), "\(counts)")
            var answers: Set<String> = []
            for _ in 0..<20 {
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\nX-User: someone\r\n\r\n")
                answers.insert(try await client.readResponse().body)
            }
            #expect(answers.count == 1)
        }
        for stub in stubs { await stub.stop() }
    }

    @Test("Peers of a group take turns")
    func balances() async throws {
        let stubs = [try await UpstreamStub.answering("a"), try await UpstreamStub.answering("b")]
        try await WorkerFixture.run(.to(stubs[0].port, stubs[1].port)) { worker in
            let client = try await worker.connect()
            var counts: [String: Int] = [:]
            for _ in 0..<40 {
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                counts[try await client.readResponse().body, default: 0] += 1
            }
            #expect(counts == ["a": 20, "b": 20])
        }
        for stub in stubs { await stub.stop() }
    }
}

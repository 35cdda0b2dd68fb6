import Foundation
import HashTreeCollections
import NIOCore
import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite("What a worker tells of its requests")
struct AccountingTests {
    private func answering(_ status: Int, _ name: String) async throws -> UpstreamStub {
        try await UpstreamStub.start { connection in
            while true {
                _ = try await connection.readRequest()
                try await connection.write("HTTP/1.1 \(status) X\r\nContent-Length: \(name.utf8.count)\r\n\r\n\(name)")
            }
        }
    }

    /// What was counted of a group: requests, retries, answers of 2xx and 5xx, and failures by reason.
    private struct Counted: Equatable {
        var requests = 0
        var retries = 0
        var good = 0
        var bad = 0
        var failures: [String: Int] = [:]
    }

    private func counted(_ worker: WorkerFixture) async -> [String: Counted] {
        await worker.worker.traffic.collect()
        var all: [String: Counted] = [:]
        worker.worker.traffic.totals.forEach { key, counters, active in
            #expect(active == 0)
            var one = all[key.group ?? "", default: Counted()]
            one.requests += counters[TrafficCounters.Place.requests]
            one.retries += counters[TrafficCounters.Place.retries]
            one.good += counters[TrafficCounters.Place.statuses.lowerBound + 1]
            one.bad += counters[TrafficCounters.Place.statuses.lowerBound + 4]
            for (place, reason) in zip(TrafficCounters.Place.failures, TrafficCounters.reasons)
            where counters[place] > 0 {
                one.failures[reason, default: 0] += counters[place]
            }
            all[key.group ?? ""] = one
        }
        return all
    }

    @Test("A request that nobody else can take is counted with the answer that the proxy made")
    func countsOwnAnswers() async throws {
        let closed = try ReservedPort()
        try await WorkerFixture.run(.to(closed.number)) { worker in
            for _ in 0..<3 {
                let response = try await worker.get()
                #expect(response.status == 502)
            }
            let counted = await counted(worker)
            #expect(counted == ["star": Counted(requests: 3, bad: 3, failures: ["connect": 3])])
        }
    }

    @Test("A peer that closes, and one that says 503, are counted with what the client got", arguments: [true, false])
    func countsPeersFailures(closes: Bool) async throws {
        let stub = try await UpstreamStub.start { connection in
            while true {
                _ = try await connection.readRequest()
                if closes { return await connection.close() }
                try await connection.write("HTTP/1.1 503 X\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy")
            }
        }
        let policy = RetryPolicy(on: [.reset, .status503])
        try await WorkerFixture.run(.to(stub.port, settings: RouteSettings(retry: policy))) { worker in
            let response = try await worker.get()
            #expect(response.status == (closes ? 502 : 503))
            // With nobody else to ask, what the peer says is the answer.
            #expect(response.value("Retry-After") == (closes ? nil : "7"))
            if !closes { #expect(response.body == "busy") }
            let counted = await counted(worker)
            #expect(counted == ["star": Counted(requests: 1, bad: 1, failures: closes ? ["reset": 1] : [:])])
        }
        await stub.stop()
    }

    @Test("Peers that are full and groups that are empty are told apart")
    func countsOverload() async throws {
        let goOn = Latch<Void>()
        let stub = try await UpstreamStub.start { connection in
            while true {
                _ = try await connection.readRequest()
                try await goOn.get()
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        try await WorkerFixture.run(.to(stub.port, group: GroupSettings(maxConnections: 1))) { worker in
            let first = try await worker.connect()
            try await first.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("an exchange") { await worker.worker.statistics().activeExchanges == 1 }
            #expect(try await worker.get().value("X-Signalbox-Error") == "overloaded")
            goOn.set(.success(()))
            #expect(try await first.readResponse().status == 200)
            worker.source.publish(.routing(index: 2, [(name: "star", buckets: 10_000, ports: [])]))
            try await eventually("the group is empty") { worker.worker.appliedIndex == 2 }
            #expect(try await worker.get().value("X-Signalbox-Error") == "no_peer")
            let statistics = await worker.worker.statistics()
            #expect(statistics.overloaded == 1)
            #expect(statistics.noPeer == 1)
            let counted = await counted(worker)
            #expect(counted["star"] == Counted(requests: 2, good: 1, bad: 1, failures: ["overload": 1]))
            #expect(counted[""] == Counted(requests: 1, bad: 1, failures: ["no_peer": 1]))
        }
        await stub.stop()
    }

    /// A canary of a tenth whose peer fails, and a stable group of which one peer does.
    private func crossing(canary: Int, stable: [Int]) -> Snapshot {
        .routing(
            [(name: "canary", buckets: 4_000, ports: [canary]), (name: "stable", buckets: 6_000, ports: stable)],
            settings: RouteSettings(
                retry: RetryPolicy(attempts: 2, on: [.status503], across: true, minPerSecond: 1_000)))
    }

    @Test("A retry leaves a failing canary once, and nobody is sent to a canary who has another peer")
    func crossesOnce() async throws {
        let canary = try await answering(503, "canary")
        let bad = try await answering(503, "bad")
        let good = try await answering(200, "good")
        try await WorkerFixture.run(crossing(canary: canary.port, stable: [bad.port, good.port])) { worker in
            for _ in 0..<40 {
                let response = try await worker.get()
                #expect(response.body == "good")
            }
            let counted = await counted(worker)
            let (left, stayed) = (counted["canary"], counted["stable"])
            #expect((left?.requests ?? 0) + (stayed?.requests ?? 0) == 40)
            #expect(left?.retries == 0)
            // Those who left are failures of the canary, and of nobody else.
            #expect(left?.failures == ["status_503": left?.requests ?? 0])
            #expect(stayed?.good == 40)
        }
        await canary.stop()
        await bad.stop()
        await good.stop()
    }

    @Test("The greater group is left when it has nobody else, and its own last answer counts when the other fails too")
    func crossesAtLast() async throws {
        let canary = try await answering(200, "canary")
        let bad = try await answering(503, "bad")
        try await WorkerFixture.run(crossing(canary: canary.port, stable: [bad.port])) { worker in
            for _ in 0..<20 {
                let response = try await worker.get()
                #expect(response.body == "canary")
            }
        }
        let worse = try await answering(503, "worse")
        try await WorkerFixture.run(crossing(canary: worse.port, stable: [bad.port])) { worker in
            for _ in 0..<20 {
                let response = try await worker.get()
                #expect(response.status == 503)
                #expect(["bad", "worse"].contains(response.body))
            }
        }
        await canary.stop()
        await bad.stop()
        await worse.stop()
    }

    @Test("Who is forced to a group of the split gets the fields that others get there")
    func changesForced() async throws {
        let stub = try await UpstreamStub.start { connection in
            while true {
                let request = try await connection.readRequest()
                let text = "\(request.value("X-Variant") ?? "none"),\(request.value("X-Route") ?? "none")"
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
            }
        }
        func force(_ name: String) -> ForceRule {
            ForceRule(.header(ValueMatch(name: "x-to", .exact(name))), group: name)
        }
        let route = SnapshotRoute(
            name: "all", match: RouteMatch(), priority: 0, force: [force("canary"), force("hidden")],
            split: [
                SnapshotSplit(group: "stable", buckets: 10_000),
                SnapshotSplit(
                    group: "canary", buckets: 0, requestHeaders: HeaderChanges(set: ["X-Variant": "canary"]),
                    responseHeaders: HeaderChanges(set: ["X-Seen": "canary"])),
            ],
            sticky: nil, onEmpty: .redistribute,
            settings: RouteSettings(requestHeaders: HeaderChanges(set: ["X-Route": "all"])))
        let group = SnapshotGroup.on([stub.port])
        let snapshot = Snapshot(
            index: 1, revision: 1, groups: ["stable": group, "canary": group, "hidden": group], routes: ["all": route])
        try await WorkerFixture.run(snapshot) { worker in
            let forced = try await worker.get(headers: "X-To: canary\r\n")
            #expect(forced.body == "canary,all")
            #expect(forced.value("X-Seen") == "canary")
            let hidden = try await worker.get(headers: "X-To: hidden\r\n")
            #expect(hidden.body == "none,all")
            #expect(hidden.value("X-Seen") == nil)
            #expect(try await worker.get().body == "none,all")
        }
        await stub.stop()
    }

    @Test("The access log and the debug fields tell of requests that failed as of those that didn't")
    func tellsOfFailures() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signalbox-told-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "access.log").path
        let key = try #require(DebugKey("a key of these tests"))
        let token = "\(DebugTokenCheck.header): \(DebugToken.make(key, expiry: 4_000_000_000))\r\n"
        let canary = try await answering(503, "canary")
        let good = try await answering(200, "good")
        let log = try AccessLogWriter(path: path, format: .json, logger: .silent)
        try await WorkerFixture.run(
            crossing(canary: canary.port, stable: [good.port]), accessLog: log, configure: { $0.debugKey = key }
        ) { worker in
            var crossed: RawMessage?
            for _ in 0..<100 where crossed == nil {
                let response = try await worker.get(headers: token)
                #expect(response.value("X-Signalbox-Group") == "stable")
                if response.value("X-Signalbox-First-Group") == "canary" { crossed = response }
            }
            #expect(crossed?.value("X-Signalbox-Attempts") == "2")
            worker.source.publish(.routing(index: 2, [(name: "star", buckets: 10_000, ports: [])]))
            try await eventually("the group is empty") { worker.worker.appliedIndex == 2 }
            let empty = try await worker.get(headers: token)
            #expect(empty.status == 503)
            #expect(empty.value("X-Signalbox-Route") == "all")
            #expect(empty.value("X-Signalbox-Attempts") == "0")
            #expect(empty.value("X-Signalbox-Bucket") != nil)
            #expect(try await worker.get().value("X-Signalbox-Route") == nil)
        }
        await log.close()
        let lines = try String(contentsOf: URL(filePath: path), encoding: .utf8).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let crossed = try #require(lines.first { $0["first_group"] != nil })
        #expect(crossed["first_group"] as? String == "canary")
        #expect(crossed["group"] as? String == "stable")
        #expect(crossed["attempts"] as? Int == 2)
        let empty = try #require(lines.first { $0["reason"] as? String == "no_peer" })
        #expect(empty["route"] as? String == "all")
        #expect(empty["bucket"] is Int)
        #expect(empty["status"] as? Int == 503)
        await canary.stop()
        await good.stop()
    }

    @Test("A response that breaks off is in the log with the reason why")
    func tellsWhatBrokeOff() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signalbox-told-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "access.log").path
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            await connection.close()
        }
        let log = try AccessLogWriter(path: path, format: .json, logger: .silent)
        try await WorkerFixture.run(.to(stub.port), accessLog: log) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await client.waitForEnd()
            try await eventually("the exchange is over") { await worker.worker.statistics().activeExchanges == 0 }
        }
        await log.close()
        let line = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        #expect(line.contains(#""status":200,"#))
        #expect(line.contains(#""reason":"truncated""#))
        await stub.stop()
    }

    @Test("What this machine lacks is no fault of a peer's")
    func tellsOwnFaults() {
        #expect(ConnectFailure.isOwn(IOError(errnoCode: EMFILE, reason: "socket")))
        #expect(ConnectFailure.isOwn(IOError(errnoCode: EADDRNOTAVAIL, reason: "connect")))
        #expect(!ConnectFailure.isOwn(IOError(errnoCode: ECONNREFUSED, reason: "connect")))
        #expect(!ConnectFailure.isOwn(ChannelError.connectTimeout(.seconds(1))))
        #expect(ConnectFailure.isTimeout(ChannelError.connectTimeout(.seconds(1))))
    }
}

import HashTreeCollections
import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct MirrorTests {
    private func mirroring(_ port: Int, to mirror: Int, percent: Percent = .whole) -> Snapshot {
        let settings = RouteSettings(mirror: Mirror(group: "shadow", percent: percent))
        let plain = Snapshot.to(port, settings: settings)
        var groups = plain.groups
        groups["shadow"] = .on([mirror])
        return Snapshot(index: 1, revision: 1, groups: groups, routes: plain.routes)
    }

    @Test("A copy of every request, body included, reaches the mirror; the client gets the peer's answer alone")
    func copies() async throws {
        let stub = try await UpstreamStub.answering("peer")
        let shadow = try await UpstreamStub.start { connection in
            while true {
                let request = try await connection.readRequest()
                #expect(request.body == "hello")
                #expect(request.target == "/x")
                try await connection.write("HTTP/1.1 500 Oh\r\nContent-Length: 6\r\n\r\nshadow")
            }
        }
        try await WorkerFixture.run(mirroring(stub.port, to: shadow.port)) { worker in
            let client = try await worker.connect()
            for _ in 0..<3 {
                try await client.write("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
                #expect(try await client.readResponse().body == "peer")
            }
            try await eventually("three copies") { await worker.worker.statistics().mirrored == 3 }
            try await eventually("their answers") { await worker.worker.statistics().idleUpstreamConnections >= 2 }
            #expect(await worker.worker.statistics().mirrorFailures == 0)
        }
        await stub.stop()
        await shadow.stop()
    }

    @Test("A mirror that is dead or never answers costs the client nothing", arguments: [true, false])
    func survivesDeadMirror(isClosed: Bool) async throws {
        let stub = try await UpstreamStub.answering("peer")
        let closed = try ReservedPort()
        let silent = try await UpstreamStub.start { try await $0.waitForEnd() }
        try await WorkerFixture.run(mirroring(stub.port, to: isClosed ? closed.number : silent.port)) { worker in
            let client = try await worker.connect()
            for _ in 0..<3 {
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.readResponse().body == "peer")
            }
            try await eventually("three copies") { await worker.worker.statistics().mirrored == 3 }
        }
        await stub.stop()
        await silent.stop()
    }

    @Test("The peers of a group that is only mirrored to are checked like all others")
    func checksMirror() async throws {
        let stub = try await UpstreamStub.answering("peer")
        let closed = try ReservedPort()
        let check = ActiveHealth(
            interval: RuleDuration(milliseconds: 50), timeout: .seconds(1), healthyAfter: 1, unhealthyAfter: 1)
        let plain = mirroring(stub.port, to: closed.number)
        var groups = plain.groups
        groups["shadow"] = .on([closed.number], settings: GroupSettings(health: HealthPolicy(active: check)))
        let snapshot = Snapshot(index: 1, revision: 1, groups: groups, routes: plain.routes)
        try await WorkerFixture.run(snapshot) { worker in
            _ = try await worker.port
            try await eventually("an ill peer in the report") {
                await worker.worker.peerStates().contains { $0.group == "shadow" && $0.health == .unhealthy }
            }
        }
        await stub.stop()
    }
}

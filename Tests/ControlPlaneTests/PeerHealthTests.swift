import HashTreeCollections
import RoutingEngine
import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("What workers hold peers for is in the ledger")
struct PeerHealthTests {
    private func run(_ body: (ControlPlane) async throws -> Void) async throws {
        try await DataFolder.with { folder in
            var configuration = ControlPlaneConfiguration.eager
            configuration.workerPatience = .milliseconds(50)
            let controlPlane = try await folder.start(configuration: configuration)
            try await controlPlane.putGroup("g", service: "star")
            try await controlPlane.putGroup("listed")
            await controlPlane.answer([.star(1), .star(2)])
            _ = await controlPlane.update(after: nil, wait: .zero, worker: WorkerIdentity("edge"))
            try await body(controlPlane)
        }
    }

    private func ejected(_ peer: PeerID, in group: String = "g") -> WorkerReport.PeerState {
        WorkerReport.PeerState(
            group: group, peer: peer, health: .ejected, reason: "A request failed (connect).",
            since: Timestamp(milliseconds: 1_000), until: Timestamp(milliseconds: 2_000))
    }

    private let one = PeerID("n1~s1")

    @Test("an ejection and the return from it, with who, where and why")
    func entries() async throws {
        try await run { controlPlane in
            let at = Timestamp(milliseconds: 1_500)
            await controlPlane.take([ejected(one)], from: "edge", at: at)
            await controlPlane.take([], from: "edge", at: at)
            let entries = try await controlPlane.entries(.peerEjected, .peerRestored)
            let index = await controlPlane.current.snapshot.index
            let revision = await controlPlane.currentRules.revision
            #expect(
                entries == [
                    LedgerEntry(
                        at: at, kind: .peerEjected, actor: "worker:edge", service: "star", peer: one, groups: ["g"],
                        worker: "edge", before: ["health": "healthy"],
                        after: ["health": "ejected", "until": "1970-01-01T00:00:02.000Z"],
                        reason: "A request failed (connect).", cause: "Worker edge holds it for unable to serve.",
                        revision: revision, index: index),
                    LedgerEntry(
                        at: at, kind: .peerRestored, actor: "worker:edge", service: "star", peer: one, groups: ["g"],
                        worker: "edge", before: ["health": "ejected"], after: ["health": "healthy"],
                        cause: "Worker edge uses it again.", revision: revision, index: index),
                ])
        }
    }

    @Test("a listed address is of no service; peers that nobody knows are passed over, and so are workers")
    func odd() async throws {
        try await run { controlPlane in
            let listed = PeerID(staticAddress: "10.0.0.1", port: 1)
            await controlPlane.take(
                [ejected(listed, in: "listed"), ejected(PeerID("n1~s9")), ejected(one, in: "moon")], from: "edge")
            await controlPlane.take([ejected(one)], from: "stranger")
            let entries = try await controlPlane.entries(.peerEjected)
            #expect(entries.map(\.peer) == [listed])
            #expect(entries.first?.service == nil)
        }
    }

    @Test("a peer that leaves while it is ejected has left, and isn't restored")
    func leaves() async throws {
        try await run { controlPlane in
            await controlPlane.take([ejected(one)], from: "edge")
            await controlPlane.answer([.star(2)])
            await controlPlane.take([], from: "edge")
            let kinds = try await controlPlane.entries(.peerEjected, .peerRestored, .peerLeft).map(\.kind)
            #expect(kinds == [.peerEjected, .peerLeft])
        }
    }

    @Test("what a worker said is shown with its peers, until it is lost")
    func shown() async throws {
        try await run { controlPlane in
            await controlPlane.take([ejected(one)], from: "edge")
            let peers = try #require(await controlPlane.currentGroups["g"]?.peers)
            let health = await controlPlane.workersHealth(of: peers)
            #expect(health.map { $0.map(\.worker) } == [["edge"], []])
            let watching = Task { await controlPlane.watchWorkers() }
            defer { watching.cancel() }
            try await eventually("the worker is lost") { await controlPlane.workers.first?.state == .lost }
            try await eventually("its words are forgotten") {
                await controlPlane.workersHealth(of: peers).allSatisfy(\.isEmpty)
            }
            await controlPlane.take([ejected(one)], from: "edge")
            #expect(await controlPlane.workersHealth(of: peers).allSatisfy(\.isEmpty))
            let kinds = try await controlPlane.entries(.peerEjected, .peerRestored).map(\.kind)
            #expect(kinds == [.peerEjected])
        }
    }
}

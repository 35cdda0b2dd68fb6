import HashTreeCollections
import RoutingEngine
import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("A flapping peer is dampened: Consul's word is kept, only its use is not")
struct DampingTests {
    private static let star = ServiceKey(name: "star")

    /// A control plane with peers 1 and 2, of which 2 flaps `changes` times.
    private func run(
        changes: Int = 3, policy: FlapPolicy = FlapPolicy(changes: 2, window: .seconds(600)), alone: Bool = false,
        _ body: (ControlPlane) async throws -> Void
    ) async throws {
        try await DataFolder.with { folder in
            var configuration = ControlPlaneConfiguration.eager
            configuration.damping = policy
            let controlPlane = try await folder.start(configuration: configuration)
            try await controlPlane.putGroup("g", service: "star")
            await controlPlane.answer(alone ? [.star(2)] : [.star(1), .star(2)])
            await controlPlane.flap(changes, alone: alone)
            try await body(controlPlane)
        }
    }

    @Test("after too many changes it is kept out, though Consul calls it passing; the ledger has every change")
    func dampened() async throws {
        try await run(changes: 4) { controlPlane in
            let peer = try #require(await controlPlane.peer)
            #expect(peer.state == .dampened)
            #expect(peer.health == .passing)
            #expect(peer.reason.contains("changed 4 times since"))
            #expect(await controlPlane.current.snapshot.groups["g"]?.peers.map(\.id) == [PeerID("n1~s1")])
            let entries = try await controlPlane.entries(.peerHealth, .peerDampened)
            #expect(entries.map(\.kind) == [.peerHealth, .peerHealth, .peerHealth, .peerDampened, .peerHealth])
            let entry = entries[3]
            #expect(entry.peer == PeerID("n1~s2"))
            #expect(entry.groups == ["g"])
            #expect(entry.actor == "signalbox")
            #expect(entry.cause?.hasPrefix("Its usability changed 3 times since") == true)
            // Its going out made a snapshot; that it passes again made none.
            #expect(entry.index == (await controlPlane.current.snapshot.index))
        }
    }

    @Test("as many changes as are allowed are taken as they come, and with 0 allowed any number")
    func notDampened() async throws {
        try await run(changes: 2) { controlPlane in #expect(await controlPlane.peer?.state == .active) }
        try await run(changes: 20, policy: FlapPolicy(changes: 0)) { controlPlane in
            #expect(await controlPlane.peer?.state == .active)
        }
    }

    @Test("leaving and joining count, changes of tags, of weights and within unusable don't")
    func whatCounts() async throws {
        try await run(changes: 0) { controlPlane in
            for number in 1...5 {
                await controlPlane.answer([.star(1), .star(2, tags: ["t\(number)"])])
            }
            #expect(await controlPlane.peer?.state == .active)
            await controlPlane.answer([.star(1), .star(2, health: .critical)])
            await controlPlane.answer([.star(1), .star(2, health: .maintenance)])
            await controlPlane.answer([.star(1), .star(2, health: .warning)])
            await controlPlane.answer([.star(1)])
            await controlPlane.answer([.star(1), .star(2)])
            #expect(await controlPlane.peer?.state == .active)
            await controlPlane.answer([.star(1)])
            await controlPlane.answer([.star(1), .star(2)])
            #expect(await controlPlane.peer?.state == .dampened)
        }
    }

    @Test("a group that has no other usable peer uses it all the same")
    func lastOne() async throws {
        try await run(changes: 4, alone: true) { controlPlane in
            let peer = try #require(await controlPlane.peer)
            #expect(peer.isUsable)
            #expect(peer.reason.contains("no other usable peer"))
            #expect(try await controlPlane.entries(.peerDampened).count == 1)
            // With another one it steps back.
            await controlPlane.answer([.star(1), .star(2)])
            #expect(await controlPlane.current.snapshot.groups["g"]?.peers.map(\.id) == [PeerID("n1~s1")])
        }
    }

    @Test("when it has been calm it comes back by itself")
    func comesBack() async throws {
        try await run(changes: 4, policy: FlapPolicy(changes: 2, window: .milliseconds(400))) { controlPlane in
            // A slow machine may not get to four changes within the window.
            try await eventually("it is dampened") {
                if await controlPlane.dampenedCount > 0 { return true }
                await controlPlane.flap(4)
                return try await controlPlane.entries(.peerDampened).count > 0
            }
            try await eventually("it is back") { await controlPlane.current.snapshot.groups["g"]?.peers.count == 2 }
            #expect(await controlPlane.peer?.state == .active)
            #expect(await controlPlane.dampenedCount == 0)
            let entry = try #require(try await controlPlane.entries(.peerReleased).first)
            #expect(entry.actor == "signalbox")
            #expect(entry.cause == "It stayed calm.")
            #expect(entry.groups == ["g"])
        }
    }

    @Test("an operator lets it back in before its time, and is named")
    func reset() async throws {
        try await run(changes: 4) { controlPlane in
            await #expect(throws: Problem.self) {
                try await controlPlane.resetDamping(of: PeerID("n1~s1"), author: "token:a")
            }
            try await controlPlane.resetDamping(of: PeerID("n1~s2"), author: "token:a", reason: "it is mended")
            #expect(await controlPlane.peer?.state == .active)
            let entry = try #require(try await controlPlane.entries(.peerReleased).first)
            #expect(entry.actor == "token:a")
            #expect(entry.reason == "it is mended")
            #expect(entry.index == (await controlPlane.current.snapshot.index))
            #expect(await controlPlane.releasing == nil)
            // What it did before is forgotten.
            await controlPlane.flap(2)
            #expect(await controlPlane.peer?.state == .active)
        }
    }

    @Test("with the last group that names the service its damping is forgotten")
    func forgotten() async throws {
        try await run(changes: 4) { controlPlane in
            try await controlPlane.putGroup("g", service: "moon")
            #expect(await controlPlane.dampenedCount == 0)
            try await controlPlane.putGroup("g", service: "star")
            await controlPlane.answer([.star(1), .star(2)])
            #expect(await controlPlane.peer?.state == .active)
        }
    }
}

extension ControlPlane {
    /// Peer 2 of group `g`.
    fileprivate var peer: ResolvedPeer? { currentGroups["g"]?.peers.first { $0.id == PeerID("n1~s2") } }

    /// Peer 2 fails its check and passes it again, as many changes as asked for.
    fileprivate func flap(_ changes: Int, alone: Bool = false) {
        for number in 0..<changes {
            let sick = Instance.star(2, health: number.isMultiple(of: 2) ? .critical : .passing)
            answer(alone ? [sick] : [.star(1), sick])
        }
    }
}

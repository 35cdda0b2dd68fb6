import Foundation
import TestKit
import Testing

@Suite("A cluster of three servers", .sharedCluster, .serialized) struct ClusterTests {
    @Test("the leader is killed: another one is elected, and the server that is asked goes on")
    func leaderLost() async throws {
        let cluster = try await SharedCluster.whole()
        let leader = try await cluster.leader(asking: cluster.agents[0])
        try await FaultScenario.with(cluster.others(than: leader)[0]) { story in
            try await leader.kill()
            try await story.serves(["star-1", "star-2"])
            try await Self.newLeader(of: cluster, after: leader)
            try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
            try await story.recovers()
            try await leader.start()
            try await story.follows(from: ["star-2", "star-3"], joining: "star-4", leaving: "star-2")
            try await story.ledgerTells()
        }
    }

    @Test("two of three are killed: without a quorum the last word counts, and it is said that it may be old")
    func quorumLost() async throws {
        let cluster = try await SharedCluster.whole()
        let survivor = cluster.agents[0]
        try await FaultScenario.with(survivor) { story in
            for server in cluster.others(than: survivor) { try await server.kill() }
            try await story.becomesStale(because: "leader")
            try await story.serves(["star-1", "star-2"])
            try await story.knows(["star-1", "star-2"])

            try await cluster.start()
            try await story.recovers()
            try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
            try await story.ledgerTells(.stale("leader"), .recovered)
        }
    }

    @Test(
        "with several addresses the death of the one that is asked is no outage, nor is one that is dead from the start",
        .enabled(if: Self.takesSeveralAddresses, "--consul can't be repeated yet"))
    func severalAddresses() async throws {
        let cluster = try await SharedCluster.whole()
        let leader = try await cluster.leader(asking: cluster.agents[0])
        let others = cluster.others(than: leader)
        let nobody = "http://127.0.0.1:\(try FreePort.take())"
        try await FaultScenario.with(others[0], asking: [nobody, leader.url, others[1].url, others[0].url]) { story in
            try await leader.kill()
            try await story.serves(["star-1", "star-2"])
            try await Self.newLeader(of: cluster, after: leader)
            try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
            try await story.recovers()
            try await leader.start()
            try await story.ledgerTells()
        }
    }

    @Test(
        "with several addresses a frozen server is no outage: another one is asked",
        .enabled(if: Self.takesSeveralAddresses, "--consul can't be repeated yet"))
    func frozenServer() async throws {
        let cluster = try await SharedCluster.whole()
        let leader = try await cluster.leader(asking: cluster.agents[0])
        let (asked, other) = (cluster.others(than: leader)[0], cluster.others(than: leader)[1])
        try await FaultScenario.with(other, asking: [asked.url, other.url]) { story in
            asked.freeze()
            try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
            try await story.recovers()
            asked.thaw()
            try await story.ledgerTells()
        }
    }

    private static func newLeader(of cluster: ConsulCluster, after old: ConsulAgent) async throws {
        let witness = cluster.others(than: old)[0]
        try await eventually("another one leads") {
            try await cluster.leader(asking: witness) !== old
        }
    }

    /// Asks the binary's help.
    private static let takesSeveralAddresses: Bool = {
        let process = Process()
        let output = Pipe()
        guard let path = try? Binary.path() else { return false }
        process.executableURL = URL(filePath: path)
        process.arguments = ["serve", "--help"]
        process.standardOutput = output
        guard (try? process.run()) != nil else { return false }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        guard let option = text.range(of: "--consul <")?.upperBound else { return false }
        let rest = text[option...]
        let end = rest.range(of: "\n  --")?.lowerBound ?? rest.endIndex
        return rest[..<end].replacing("\n", with: " ").contains("repeat")
    }()
}

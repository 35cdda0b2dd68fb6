import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

extension AdminFixture {
    /// Two groups of the service `star` by tag, and a canary route over them.
    func writeStar() async throws {
        for (group, tag) in [("star-stable", "v1"), ("star-canary", "v2")] {
            let answer = try await put("/v1/groups/\(group)", #"{"consul":{"service":"star","tags":["\#(tag)"]}}"#)
            #expect(answer.status == 201)
        }
        let answer = try await put("/v1/routes/star", Self.starRoute)
        #expect(answer.status == 201)
    }

    static let starRoute = """
        {"match":{"hosts":["star.test"],"path":{"prefix":"/"}},"sticky":{"header":"x-user"},
         "split":[{"group":"star-canary","weight":5},{"group":"star-stable","weight":95}]}
        """

    /// A group of one listed address, named as asked.
    func writeGroup(_ name: String, port: Int = 3000) async throws {
        let answer = try await put("/v1/groups/\(name)", Self.listed(port: port))
        #expect(answer.status == 201)
    }

    static func listed(port: Int = 3000) -> String { #"{"peers":[{"address":"127.0.0.1","port":\#(port)}]}"# }

    /// Has Consul answer that `star` has these instances.
    func answer(_ instances: [Instance], skipped: [SkippedInstance] = [], index: UInt64 = 7) async {
        await controlPlane.believe(
            ServiceObservation(
                key: ServiceKey(name: "star"),
                at: .now(),
                outcome: .answer(consulIndex: index, instances: instances, skipped: skipped)
            )
        )
    }

    /// Has Consul not answer.
    func fail(_ reason: String) async {
        await controlPlane.believe(
            ServiceObservation(key: ServiceKey(name: "star"), at: .now(), outcome: .failure(reason: reason))
        )
    }

    static func instance(
        _ id: String,
        tags: [String] = ["v1"],
        port: Int = 8080,
        health: Health = .passing,
        weights: InstanceWeights = InstanceWeights()
    ) -> Instance {
        Instance(
            node: "n1",
            serviceID: id,
            service: "star",
            address: "10.0.0.1",
            port: port,
            tags: tags,
            weights: weights,
            health: health
        )
    }

    /// Waits until all that happened is published and in the ledger.
    func settled() async throws {
        try await eventually("everything is published and recorded") { await controlPlane.isSettled }
    }

    /// All that a write could change: compared before and after a refused one.
    func stored() async throws -> Stored {
        try await settled()
        return Stored(
            rules: await controlPlane.currentRules,
            index: await controlPlane.current.snapshot.index,
            ledger: try await controlPlane.ledger(LedgerQuery(limit: 1_000)).records
        )
    }

    struct Stored: Equatable {
        let rules: RuleSet
        let index: Int
        let ledger: [LedgerRecord]
    }
}

extension ControlPlane {
    fileprivate var isSettled: Bool { !isDirty && !isCommitting && !isRecording && pendingRecords.isEmpty }
}

import Foundation
import RoutingModel
import TestKit

@testable import ControlPlane

extension ControlPlane {
    /// Takes in several observations in one go, without letting anything else come between.
    func believe(all observations: [ServiceObservation]) {
        for observation in observations { believe(observation) }
    }

    /// Has Consul answer that `star` has these instances.
    func answer(_ instances: [Instance], index: UInt64 = 7) {
        believe(.answer(instances, index: index))
    }

    func fail(_ reason: String) {
        believe(ServiceObservation(key: ServiceKey(name: "star"), at: .now(), outcome: .failure(reason: reason)))
    }

    /// Writes a group, with `service` as its peers or one listed address.
    @discardableResult
    func putGroup(_ name: String, service: String? = nil, tag: String? = nil) async throws -> CommandResult {
        let tags = tag.map { #","tags":["\#($0)"]"# } ?? ""
        let body =
            service.map { #"{"consul":{"service":"\#($0)"\#(tags)}}"# }
            ?? #"{"peers":[{"address":"10.0.0.1","port":1}]}"#
        return try await execute(.putGroup(name, Data(body.utf8)), author: "token:test", reason: "a test")
    }

    @discardableResult
    func putRoute(_ name: String, to group: String) async throws -> CommandResult {
        let body = #"{"split":[{"group":"\#(group)","weight":100}]}"#
        return try await execute(.putRoute(name, Data(body.utf8)), author: "token:test")
    }

    /// Waits until all that happened is published and written down.
    nonisolated func settled() async throws {
        try await eventually("everything is published and recorded") { await isSettled }
    }

    private var isSettled: Bool { !isDirty && !isCommitting && !isRecording && pendingRecords.isEmpty }

    /// The whole ledger, oldest first.
    nonisolated func entries(_ kinds: LedgerKind...) async throws -> [LedgerEntry] {
        try await settled()
        return try await ledger(LedgerQuery(kinds: Set(kinds), limit: 1_000)).records.map(\.entry).reversed()
    }
}

extension ServiceObservation {
    static func answer(_ instances: [Instance], index: UInt64 = 7, at: Timestamp = .now()) -> ServiceObservation {
        ServiceObservation(
            key: ServiceKey(name: "star"),
            at: at,
            outcome: .answer(consulIndex: index, instances: instances, skipped: [])
        )
    }
}

extension Instance {
    /// An instance of `star`, each on a port of its own.
    static func star(_ number: Int, tags: [String] = ["v1"], health: Health = .passing) -> Instance {
        Instance(
            node: "n1",
            serviceID: "s\(number)",
            service: "star",
            address: "10.0.0.1",
            port: 8_000 + number,
            tags: tags,
            health: health
        )
    }
}

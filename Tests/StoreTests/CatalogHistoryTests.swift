import HashTreeCollections
import RoutingModel
import Testing

@testable import Store

@Suite("Who the peers were at any time can be told from the ledger")
struct CatalogHistoryTests {
    private static let star = ServiceKey(name: "star")
    private static let moon = ServiceKey(name: "moon", datacenter: "dc2")

    /// What the control plane records when the instances of `key` become `after`.
    private func commit(_ key: ServiceKey, _ before: [PeerID: Instance], _ after: [PeerID: Instance], at: Int64)
        -> CatalogCommit
    {
        func facts(_ instance: Instance) -> JSONValue {
            [
                "address": .string(instance.address), "port": .integer(Int64(instance.port)),
                "health": .string(instance.health.rawValue), "tags": .array(instance.tags.map { .string($0) }),
                "meta": .object(instance.meta.mapValues { .string($0) }),
                "weights": [
                    "passing": .integer(Int64(instance.weights.passing)),
                    "warning": .integer(Int64(instance.weights.warning)),
                ],
            ]
        }
        func aspect(_ instance: Instance, _ names: [String]) -> JSONValue {
            .object(facts(instance).members?.filter { names.contains($0.key) } ?? [:])
        }
        var commit = CatalogCommit(services: [CatalogService(key: key)])
        func say(_ kind: LedgerKind, _ id: PeerID, _ old: JSONValue?, _ new: JSONValue?) {
            commit.entries.append(
                LedgerEntry(
                    at: Samples.time(at), kind: kind, actor: "consul", service: key.description, peer: id, before: old,
                    after: new))
        }
        for (id, old) in before where after[id] == nil {
            commit.removed[key, default: []].append(id)
            say(.peerLeft, id, facts(old), nil)
        }
        for (id, new) in after where before[id] != new {
            commit.changed[key, default: []].append(new)
            guard let old = before[id] else {
                say(.peerJoined, id, nil, facts(new))
                continue
            }
            for (kind, names) in [
                (LedgerKind.peerHealth, ["health"]), (.peerTags, ["tags"]), (.peerMeta, ["meta"]),
                (.peerAddress, ["address", "port"]), (.peerWeight, ["weights"]),
            ] where aspect(old, names) != aspect(new, names) {
                say(kind, id, aspect(old, names), aspect(new, names))
            }
        }
        return commit
    }

    private func random(_ key: ServiceKey) -> [PeerID: Instance] {
        var all: [PeerID: Instance] = [:]
        for number in 0..<5 where Bool.random() {
            let instance = Instance(
                node: "n\(number)", serviceID: "s~\(number)", service: key.name,
                address: "10.0.0.\(Int.random(in: 1...2))",
                port: .random(in: 1...2), tags: Bool.random() ? ["a"] : ["b", "c"],
                meta: Bool.random() ? [:] : ["v": "1"],
                weights: InstanceWeights(passing: .random(in: 1...2), warning: 1),
                health: Health.allCases.randomElement() ?? .passing)
            all[instance.id] = instance
        }
        return all
    }

    @Test("over random histories, service by service, also of those that are watched no more")
    func random() async throws {
        try await StoreFolder.withStore { store in
            var now: [ServiceKey: [PeerID: Instance]] = [:]
            var history: [(Int64, [ServiceKey: [PeerID: Instance]])] = [(0, now)]
            for step in 1...80 {
                let key = Bool.random() ? Self.star : Self.moon
                let at = Int64(step) * 10
                if step.isMultiple(of: 9) {
                    var forgetting = commit(key, now[key] ?? [:], [:], at: at)
                    forgetting.services = []
                    forgetting.removed = [:]
                    forgetting.forgotten = [key]
                    now[key] = nil
                    try await store.record([forgetting])
                } else {
                    let next = random(key)
                    try await store.record([commit(key, now[key] ?? [:], next, at: at)])
                    now[key] = next
                }
                history.append((at, now))
            }
            for (at, then) in history {
                let catalog = try await store.catalog(at: Samples.time(at))
                for key in [Self.star, Self.moon] {
                    #expect(catalog.services[key]?.instances ?? [:] == then[key] ?? [:], "\(key) at \(at)")
                }
                let later = try await store.catalog(at: Samples.time(at + 9))
                #expect(later.services[Self.star]?.instances ?? [:] == then[Self.star] ?? [:])
            }
            #expect(
                try await store.catalog(at: Samples.time(-1_000)).services.values.allSatisfy { $0.instances.isEmpty })
        }
    }
}

extension JSONValue {
    fileprivate var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
}

import Foundation
import HashTreeCollections
import RoutingEngine
import RoutingModel

/// A control plane's state for plans: rules, what is known of services, and commands against them.
struct PlanFixture {
    static let now = Timestamp(milliseconds: 1_000_000)

    var rules = RuleSet()
    var catalog = Catalog()

    /// `star` with one v2 and three v1 instances; groups `canary` and `stable`, route `star` that deals 5/95 by a header.
    static func star() throws -> PlanFixture {
        var fixture = PlanFixture()
        fixture.know([
            instance("c1", ["v2"], port: 1), instance("s1", ["v1"], port: 2), instance("s2", ["v1"], port: 3),
            instance("s3", ["v1"], port: 4),
        ])
        try fixture.apply(.putGroup("canary", data(#"{"consul":{"service":"star","tags":["v2"]}}"#)))
        try fixture.apply(.putGroup("stable", data(#"{"consul":{"service":"star","tags":["v1"]}}"#)))
        try fixture.apply(.putRoute("star", data(route(#"{"hosts":["star.test"]}"#, [("canary", 5), ("stable", 95)]))))
        return fixture
    }

    static func data(_ text: String) -> Data { Data(text.utf8) }

    static func route(_ match: String, _ split: [(String, Double)], sticky: String? = #"{"header":"x-user"}"#) -> String
    {
        let entries = split.map { #"{"group":"\#($0.0)","weight":\#($0.1)}"# }.joined(separator: ",")
        return #"{"match":\#(match),"split":[\#(entries)]\#(sticky.map { #","sticky":\#($0)"# } ?? "")}"#
    }

    static func instance(
        _ id: String, _ tags: [String], port: Int, health: Health = .passing,
        weights: InstanceWeights = InstanceWeights()
    ) -> Instance {
        Instance(
            node: "n1", serviceID: id, service: "star", address: "10.0.0.1", port: port, tags: tags, weights: weights,
            health: health)
    }

    mutating func know(_ instances: [Instance], watch: WatchStatus = WatchStatus(state: .fresh)) {
        let service = CatalogService(
            key: ServiceKey(name: "star"), watch: watch,
            instances: Dictionary(instances.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
        catalog.services[service.key] = service
    }

    mutating func apply(_ command: RuleCommand) throws {
        rules.apply(try rules.plan(command, by: "token:ada", at: Self.now), revision: rules.revision + 1)
    }

    func effect(_ command: RuleCommand) throws -> ChangeEffect {
        effect(try rules.plan(command, by: "token:ada", at: Self.now))
    }

    func effect(_ changes: [RuleChange]) -> ChangeEffect {
        var after = rules
        after.apply(changes, revision: rules.revision + 1)
        return .between(
            changes, rules: after, before: Resolution(rules: rules, catalog: catalog),
            after: Resolution(rules: after, catalog: catalog), catalog: catalog)
    }

    func override(_ peer: String, _ document: String) throws -> ChangeEffect {
        try effect(.putOverride(PeerID(peer), Self.data(document)))
    }
}

extension RuleSet {
    /// The rules that `snapshot` could be made of: each peer is listed.
    init(_ snapshot: Snapshot) {
        func stored<Value>(_ name: String, _ value: Value) -> StoredRule<Value> {
            StoredRule(name: name, value: value, document: "{}", revision: 1, updatedAt: PlanFixture.now)
        }
        var groups: TreeDictionary<String, StoredRule<Group>> = [:]
        for (name, group) in snapshot.groups {
            groups[name] = stored(
                name,
                Group(peers: group.peers.map { StaticPeer(address: $0.address, port: $0.port, weight: $0.weight) }))
        }
        var routes: TreeDictionary<String, StoredRule<Route>> = [:]
        for (name, route) in snapshot.routes {
            routes[name] = stored(
                name,
                Route(
                    match: route.match, priority: route.priority, force: route.force,
                    split: route.split.map { SplitEntry(group: $0.group, weight: Percent(clamping: $0.buckets)) },
                    sticky: route.sticky, onEmpty: route.onEmpty))
        }
        self.init(groups: groups, routes: routes, revision: 1)
    }

    /// What makes these rules the others.
    func changes(to other: RuleSet) -> [RuleChange] {
        var changes: [RuleChange] = []
        for name in Set(groups.keys).union(other.groups.keys).sorted() where groups[name] != other.groups[name] {
            changes.append(.group(name: name, before: groups[name], after: other.groups[name]))
        }
        for name in Set(routes.keys).union(other.routes.keys).sorted() where routes[name] != other.routes[name] {
            changes.append(.route(name: name, before: routes[name], after: other.routes[name]))
        }
        return changes
    }
}

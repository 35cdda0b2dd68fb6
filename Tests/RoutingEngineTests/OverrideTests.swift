import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@Suite("An operator's word stands over Consul's for weight and state, not for health")
struct OverrideTests {
    private let end = Timestamp(milliseconds: 7_200_000)

    private func resolve(
        _ instances: [Instance], _ overrides: [String: Override], dampened: [String] = [], peers: [StaticPeer] = []
    ) -> ResolvedGroup {
        var service = CatalogService(
            key: ServiceKey(name: "star"),
            instances: Dictionary(instances.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
        for id in dampened {
            service.dampened[PeerID(id)] = Damping(changes: 7, since: Timestamp(milliseconds: 0), until: end)
        }
        let group = Group(consul: ConsulSelector(service: "star"), peers: peers)
        return Resolver.resolve(
            "g", group, in: Catalog([service]),
            overrides: .init(uniqueKeysWithValues: overrides.map { ($0.key, Self.stored($0.key, $0.value)) }))
    }

    private static func stored(_ name: String, _ override: Override) -> StoredRule<Override> {
        StoredRule(
            name: name, value: override, document: "{}", revision: 3, updatedAt: Timestamp(milliseconds: 1_000))
    }

    private func instance(
        _ id: String, port: Int, health: Health = .passing, weights: InstanceWeights = InstanceWeights()
    ) -> Instance {
        PlanFixture.instance(id, ["v1"], port: port, health: health, weights: weights)
    }

    @Test("drained and disabled peers get no request, and the reason says who wants that, until when and why")
    func states() {
        let resolved = resolve(
            [instance("a", port: 1), instance("b", port: 2), instance("c", port: 3)],
            [
                "n1~a": Override(state: .drain, reason: "kernel", expiresAt: end),
                "n1~b": Override(weight: 4, state: .disabled, reason: "bad disk"),
            ])
        #expect(resolved.peers.map(\.state) == [.draining, .disabled, .active])
        #expect(
            resolved.peers[0].reason == "Consul: passing. Operator: drain until 1970-01-01T02:00:00.000Z (kernel).")
        #expect(resolved.peers[1].reason == "Consul: passing. Operator: disabled, weight 4 (bad disk).")
        #expect(resolved.snapshot.peers.map(\.id.description) == ["n1~c"])
    }

    @Test("a weight counts in place of Consul's or the listed one; 0 keeps out")
    func weights() {
        let resolved = resolve(
            [instance("a", port: 1, weights: .init(passing: 0, warning: 0)), instance("b", port: 2)],
            [
                "n1~a": Override(weight: 7, reason: "r"), "n1~b": Override(weight: 0, reason: "r"),
                "static~10.0.0.9:1": Override(weight: 9, reason: "r"),
            ], peers: [StaticPeer(address: "10.0.0.9", port: 1, weight: 2)])
        #expect(resolved.peers.map(\.state) == [.active, .zeroWeight, .active])
        #expect(resolved.snapshot.peers.map(\.weight) == [7, 9])
        #expect(resolved.peers[1].reason == "Consul: passing. Operator: weight 0 (r).")
    }

    @Test("a weight makes no unhealthy peer healthy")
    func unhealthy() {
        let resolved = resolve(
            [instance("a", port: 1, health: .critical), instance("b", port: 2, health: .warning)],
            ["n1~a": Override(weight: 5, reason: "r"), "n1~b": Override(weight: 5, reason: "r")])
        #expect(resolved.peers.map(\.state) == [.unhealthy, .unhealthy])
        #expect(resolved.peers.map(\.weight) == [5, 5])
        #expect(resolved.peers[0].reason == "Consul: critical. Operator: weight 5 (r).")
    }

    @Test("a group that has only dampened peers left uses those, but never whom an operator has taken out")
    func neverUndone() {
        let resolved = resolve(
            [instance("a", port: 1), instance("b", port: 2), instance("c", port: 3), instance("d", port: 4)],
            [
                "n1~a": Override(state: .drain, reason: "r"), "n1~b": Override(state: .disabled, reason: "r"),
                "n1~c": Override(weight: 0, reason: "r"),
            ],
            dampened: ["n1~a", "n1~b", "n1~c", "n1~d"])
        #expect(resolved.peers.map(\.state) == [.draining, .disabled, .zeroWeight, .active])
        #expect(resolved.snapshot.peers.map(\.id.description) == ["n1~d"])
        let none = resolve(
            [instance("a", port: 1)], ["n1~a": Override(state: .drain, reason: "r")], dampened: ["n1~a"])
        #expect(none.snapshot.peers.isEmpty)
    }

    @Test("whom an operator's weight brings in can still be kept out for coming and going")
    func weightThenDamping() {
        let resolved = resolve(
            [instance("a", port: 1, weights: .init(passing: 0, warning: 0)), instance("b", port: 2)],
            ["n1~a": Override(weight: 7, reason: "r")], dampened: ["n1~a"])
        #expect(resolved.peers.map(\.state) == [.dampened, .active])
    }

    @Test("a peer that is taken out doesn't stand in the way of another at its address, and the reason names that one")
    func duplicates() {
        let resolved = resolve(
            [instance("a", port: 1), instance("b", port: 1)], ["n1~a": Override(state: .drain, reason: "r")])
        #expect(resolved.peers.map(\.state) == [.draining, .active])
        #expect(resolved.peers[0].reason.hasSuffix("n1~b, at the same address and port, still gets requests."))
    }

    @Test("snapshots never have a peer of weight 0 or one that is not active, whatever is said of it")
    func onlyActive() {
        var random = RandomSnapshots(seed: 3)
        func chance(_ percent: Int) -> Bool { random.chance(percent) }
        for _ in 0..<300 {
            let ids = ["a", "b", "c", "d"]
            let instances = ids.enumerated().map { port, id in
                instance(
                    id, port: chance(20) ? 1 : port + 1, health: chance(70) ? .passing : .critical,
                    weights: .init(passing: chance(20) ? 0 : 2, warning: 1))
            }
            var overrides: [String: Override] = [:]
            for id in ids where chance(50) {
                overrides["n1~\(id)"] = Override(
                    weight: chance(50) ? (chance(40) ? 0 : 3) : nil,
                    state: chance(40) ? (chance(50) ? .drain : .disabled) : nil, reason: "r")
            }
            let dampened = ids.filter { _ in chance(40) }.map { "n1~\($0)" }
            let resolved = resolve(instances, overrides, dampened: dampened)
            for peer in resolved.snapshot.peers {
                let override = overrides[peer.id.description]
                #expect(peer.weight > 0)
                #expect(override?.state == nil)
                #expect(override?.weight.map { $0 == peer.weight } ?? true)
                #expect(instances.first { $0.id == peer.id }?.health == .passing)
            }
            #expect(Set(resolved.snapshot.peers.map(\.port)).count == resolved.snapshot.peers.count)
        }
    }

    @Test("an override is shown with its groups, whether its peer is known, and where it contradicts Consul")
    func views() throws {
        var fixture = try PlanFixture.star()
        try fixture.apply(.putGroup("all", PlanFixture.data(#"{"consul":{"service":"star"}}"#)))
        for (peer, document) in [
            ("n1~c1", #"{"state":"drain","reason":"kernel","expires_at":"2030-01-31T12:00:00Z"}"#),
            ("n1~gone", #"{"weight":3,"reason":"r"}"#), ("n1~s1", #"{"weight":1,"reason":"r"}"#),
            ("n1~s2", #"{"weight":9,"reason":"r"}"#),
        ] {
            try fixture.apply(.putOverride(PeerID(peer), PlanFixture.data(document)))
        }
        let resolution = Resolution(rules: fixture.rules, catalog: fixture.catalog)
        let views = OverrideView.views(
            of: fixture.rules.overrides.values.sorted { $0.name < $1.name }, in: resolution, catalog: fixture.catalog)
        #expect(views.map(\.groups) == [["all", "canary"], [], ["all", "stable"], ["all", "stable"]])
        #expect(views.map(\.isKnown) == [true, false, true, true])
        #expect(
            views.map(\.conflict) == [
                "Consul: passing; operator: drain until 2030-01-31T12:00:00.000Z (kernel)", nil, nil,
                "Consul: passing, weight 1; operator: weight 9 (r)",
            ])
        #expect(
            try CanonicalJSON.tree(views[0]) == [
                "peer": "n1~c1", "state": "drain", "reason": "kernel", "owner": "token:ada",
                "expires_at": "2030-01-31T12:00:00.000Z", "revision": 5, "updated_at": "1970-01-01T00:16:40.000Z",
                "groups": ["all", "canary"], "known": true,
                "conflict": "Consul: passing; operator: drain until 2030-01-31T12:00:00.000Z (kernel)",
            ])
    }
}

import RoutingEngine
import RoutingModel
import Testing

@Suite struct ResolverTests {
    private func instance(
        _ id: String, port: Int, tags: [String] = ["v1"], meta: [String: String] = [:], health: Health = .passing,
        weights: InstanceWeights = InstanceWeights()
    ) -> Instance {
        Instance(
            node: "n1", serviceID: id, service: "star", address: "10.0.0.1", port: port, tags: tags, meta: meta,
            weights: weights, health: health)
    }

    private func resolve(_ group: Group, _ instances: [Instance], dampened: [String] = []) -> ResolvedGroup {
        var service = CatalogService(
            key: ServiceKey(name: "star"),
            instances: Dictionary(instances.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a }))
        for id in dampened {
            service.dampened[PeerID(id)] = Damping(
                changes: 7, since: Timestamp(milliseconds: 0), until: Timestamp(milliseconds: 36_000))
        }
        return Resolver.resolve("g", group, in: Catalog([service]))
    }

    @Test("a group has the instances that have all its tags, none of the excluded, and one of each meta's values")
    func selection() {
        let group = Group(
            consul: ConsulSelector(
                service: "star", tags: ["v1", "eu"], excludeTags: ["old"], meta: ["ring": ["1", "2"]]))
        let resolved = resolve(
            group,
            [
                instance("yes", port: 1, tags: ["eu", "v1"], meta: ["ring": "2"]),
                instance("no-tag", port: 2, tags: ["v1"], meta: ["ring": "1"]),
                instance("old", port: 3, tags: ["eu", "v1", "old"], meta: ["ring": "1"]),
                instance("ring", port: 4, tags: ["eu", "v1"], meta: ["ring": "3"]),
                instance("no-ring", port: 5, tags: ["eu", "v1"]),
            ])
        #expect(resolved.peers.map(\.id.description) == ["n1~yes"])
    }

    @Test("only passing instances are usable; warning too when the group says so, with its warning weight")
    func health() {
        let all = [
            instance("a", port: 1), instance("b", port: 2, health: .warning, weights: .init(passing: 10, warning: 3)),
            instance("c", port: 3, health: .critical), instance("d", port: 4, health: .maintenance),
        ]
        let strict = resolve(Group(consul: ConsulSelector(service: "star")), all)
        #expect(strict.peers.map(\.isUsable) == [true, false, false, false])
        #expect(strict.peers.map(\.state) == [.active, .unhealthy, .unhealthy, .unhealthy])
        let lenient = resolve(Group(consul: ConsulSelector(service: "star", includeWarning: true)), all)
        #expect(lenient.snapshot.peers.map(\.weight) == [1, 3])
    }

    @Test("a dampened peer is kept out, with the reason; what its health keeps out stays that")
    func dampened() {
        let all = [instance("a", port: 1), instance("b", port: 2), instance("c", port: 3, health: .critical)]
        let resolved = resolve(
            Group(consul: ConsulSelector(service: "star")), all, dampened: ["n1~b", "n1~c", "n1~gone"])
        #expect(resolved.peers.map(\.state) == [.active, .dampened, .unhealthy])
        #expect(
            resolved.peers[1].reason
                == "Consul: passing. Kept out: its usability changed 7 times since 1970-01-01T00:00:00.000Z; it comes back "
                + "at 1970-01-01T00:00:36.000Z if it stays calm.")
        #expect(resolved.snapshot.peers.map(\.id.description) == ["n1~a"])
    }

    @Test("a group that only has dampened peers uses them, but not while a listed peer is there")
    func onlyDampened() {
        let all = [instance("a", port: 1), instance("b", port: 2), instance("c", port: 3, health: .critical)]
        let selector = ConsulSelector(service: "star")
        let alone = resolve(Group(consul: selector), all, dampened: ["n1~a", "n1~b"])
        #expect(alone.peers.map(\.isUsable) == [true, true, false])
        #expect(alone.peers[0].reason.hasSuffix("Used all the same: the group has no other usable peer."))
        let listed = resolve(
            Group(consul: selector, peers: [StaticPeer(address: "10.0.0.9", port: 1)]), all,
            dampened: ["n1~a", "n1~b", "static~10.0.0.9:1"])
        #expect(listed.snapshot.peers.map(\.id.description) == ["static~10.0.0.9:1"])
    }

    @Test("a weight of 0 keeps a peer out, be it Consul's or the operator's")
    func zeroWeight() {
        let resolved = resolve(
            Group(
                consul: ConsulSelector(service: "star"), peers: [StaticPeer(address: "10.0.0.9", port: 1, weight: 0)]),
            [instance("a", port: 1, weights: .init(passing: 0, warning: 0))])
        #expect(resolved.peers.map(\.state) == [.zeroWeight, .zeroWeight])
        #expect(resolved.snapshot.peers.isEmpty)
    }

    @Test("an address and port that two instances share is used once")
    func duplicates() {
        let resolved = resolve(
            Group(consul: ConsulSelector(service: "star")), [instance("b", port: 7), instance("a", port: 7)])
        #expect(resolved.snapshot.peers.map(\.id.description) == ["n1~a"])
        #expect(resolved.peers[1].state == .duplicate)
        #expect(resolved.peers[1].reason.contains("n1~a"))
    }

    @Test("an unusable instance does not stand in the way of a usable one with its address")
    func deadDuplicate() {
        let resolved = resolve(
            Group(consul: ConsulSelector(service: "star")),
            [instance("a", port: 7, health: .critical), instance("b", port: 7)])
        #expect(resolved.snapshot.peers.map(\.id.description) == ["n1~b"])
    }

    @Test("a route's sticky salt is its name unless it says otherwise")
    func salt() {
        let route = Route(split: [SplitEntry(group: "g", weight: .whole)], sticky: Stickiness(.header("x")))
        #expect(Resolver.resolve("star", route).sticky?.salt == "star")
    }

    @Test("an update of the resolution says whether workers would notice")
    func visibility() {
        var resolution = Resolution()
        let group = Group(consul: ConsulSelector(service: "star", tags: ["v1"]))
        func catalog(_ instances: [Instance]) -> Catalog {
            Catalog([
                CatalogService(
                    key: ServiceKey(name: "star"),
                    instances: Dictionary(instances.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a }))
            ])
        }
        var noticed: [Bool] = []
        // The same again says nothing new; critical to maintenance is out either way.
        for health in [Health.passing, .passing, .critical, .maintenance] {
            let now = catalog([instance("a", port: 1, health: health)])
            noticed.append(resolution.update(group: "g", group, catalog: now))
        }
        #expect(noticed == [true, false, true, false])
        #expect(resolution.groups(of: ServiceKey(name: "star")) == ["g"])
        resolution.update(group: "g", nil, catalog: Catalog())
        #expect(resolution.groups(of: ServiceKey(name: "star")).isEmpty)
        #expect(resolution.snapshotGroups.isEmpty)
    }
}

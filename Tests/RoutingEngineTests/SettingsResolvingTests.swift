import HashTreeCollections
import RoutingModel
import Testing

@testable import RoutingEngine

@Suite("Settings reach workers, and a change of one alone does")
struct SettingsResolvingTests {
    private func instance(_ id: String, _ tags: [String], port: Int, health: Health = .passing) -> Instance {
        PlanFixture.instance(id, tags, port: port, health: health)
    }

    private func catalog(_ instances: Instance...) -> Catalog {
        Catalog([
            CatalogService(
                key: ServiceKey(name: "star"),
                instances: Dictionary(instances.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
        ])
    }

    @Test("a group's settings and its hash key are passed on, the salt filled in")
    func group() {
        let settings = GroupSettings(
            slowStart: .seconds(30), maxConnections: 9, tls: UpstreamTLS(serverName: "a.test"),
            health: HealthPolicy(active: ActiveHealth()))
        for (salt, expected) in [(nil, "g"), ("x", "x")] {
            let group = Group(
                peers: [], balance: Balance(policy: .consistentHash, hashOn: Stickiness(.cookie("c"), salt: salt)),
                settings: settings)
            let snapshot = Resolver.resolve("g", group, in: Catalog()).snapshot
            #expect(snapshot.policy == .consistentHash)
            #expect(snapshot.hashOn == Stickiness(.cookie("c"), salt: expected))
            #expect(snapshot.settings == settings)
        }
    }

    @Test("a route's settings are passed on, and those of its split")
    func route() {
        let settings = RouteSettings(retry: RetryPolicy(attempts: 3), mirror: Mirror(group: "next"))
        let changes = HeaderChanges(set: ["x": "y"])
        let route = Route(
            split: [SplitEntry(group: "g", weight: .whole, requestHeaders: changes)], settings: settings)
        let snapshot = Resolver.resolve("r", route)
        #expect(snapshot.settings == settings)
        #expect(snapshot.split == [SnapshotSplit(group: "g", buckets: 10_000, requestHeaders: changes)])
    }

    @Test("backups are those that are listed as such, and the instances with one of the tags; both say so")
    func backups() throws {
        let group = Group(
            consul: ConsulSelector(service: "star", backupTags: ["spare", "old"]),
            peers: [
                StaticPeer(address: "10.9.9.9", port: 1, isBackup: true), StaticPeer(address: "10.9.9.9", port: 2),
            ])
        let resolved = Resolver.resolve(
            "g", group,
            in: catalog(
                instance("a", ["v1"], port: 1), instance("b", ["v1", "spare"], port: 2),
                instance("c", ["old"], port: 3, health: .critical)))
        let backups = Dictionary(uniqueKeysWithValues: resolved.peers.map { ($0.id.description, $0.isBackup) })
        #expect(
            backups == [
                "n1~a": false, "n1~b": true, "n1~c": true, "static~10.9.9.9:1": true, "static~10.9.9.9:2": false,
            ])
        #expect(resolved.snapshot.peers.filter(\.isBackup).map(\.id.description) == ["n1~b", "static~10.9.9.9:1"])
        for peer in resolved.peers {
            #expect(peer.text == (try CanonicalJSON.text(peer)))
            #expect(peer.text.contains(#""backup":true"#) == peer.isBackup)
        }
    }

    @Test("whatever an operator says of a backup, it stays one")
    func overrides() throws {
        let group = Group(consul: ConsulSelector(service: "star", backupTags: ["spare"]))
        var fixture = PlanFixture()
        fixture.know([instance("b", ["spare"], port: 1)])
        for document in [#"{"weight":7,"reason":"r"}"#, #"{"state":"drain","reason":"r"}"#] {
            try fixture.apply(.putOverride(PeerID("n1~b"), PlanFixture.data(document)))
            let resolved = Resolver.resolve(
                "g", group, in: fixture.catalog, overrides: fixture.rules.overrides)
            #expect(resolved.peers.map(\.isBackup) == [true])
        }
    }

    @Test("of two at one address the one that is no backup gets the requests")
    func duplicates() {
        let group = Group(
            consul: ConsulSelector(service: "star", backupTags: ["spare"]),
            peers: [StaticPeer(address: "10.0.0.1", port: 7)])
        let resolved = Resolver.resolve("g", group, in: catalog(instance("a", ["spare"], port: 7)))
        #expect(resolved.peers.map(\.state) == [.duplicate, .active])
        #expect(resolved.snapshot.peers.map(\.isBackup) == [false])
    }

    @Test("a change of a setting alone changes the snapshot")
    func alone() {
        var resolution = Resolution()
        let group = Group(peers: [StaticPeer(address: "10.0.0.1", port: 80)])
        let route = Route(split: [SplitEntry(group: "g", weight: .whole)])
        resolution.update(group: "g", group, catalog: Catalog())
        resolution.update(route: "r", route)
        _ = resolution.takeChanges()
        var groups: [Group] = []
        for change: (inout Group) -> Void in [
            { $0.settings.maxConnections = 5 }, { $0.settings.slowStart = .seconds(1) },
            { $0.settings.tls = UpstreamTLS() }, { $0.settings.health = HealthPolicy(passive: PassiveHealth()) },
            { $0.balance = Balance(policy: .random) },
            { $0.balance = Balance(policy: .consistentHash, hashOn: Stickiness(.sourceIP)) },
            { $0.peers[0].isBackup = true },
        ] {
            var changed = group
            change(&changed)
            groups.append(changed)
        }
        for changed in groups + [group] {
            let before = resolution.digest
            let isNoticed = resolution.update(group: "g", changed, catalog: Catalog())
            #expect(isNoticed)
            #expect(resolution.digest != before)
        }
        let groupChanges = resolution.takeChanges()
        #expect(groupChanges == SnapshotChanges(groups: ["g"]))
        for change: (inout Route) -> Void in [
            { $0.settings.retry = RetryPolicy() }, { $0.settings.timeouts = RouteTimeouts(total: .seconds(1)) },
            { $0.settings.rewrite = Rewrite(host: "a.test") }, { $0.settings.mirror = Mirror(group: "g") },
            { $0.settings.requestHeaders = HeaderChanges(remove: ["a"]) },
            { $0.settings.responseHeaders = HeaderChanges(remove: ["a"]) },
            { $0.split[0].requestHeaders = HeaderChanges(remove: ["a"]) },
            { $0.split[0].responseHeaders = HeaderChanges(remove: ["a"]) },
        ] {
            var changed = route
            change(&changed)
            let isNoticed = [resolution.update(route: "r", changed), resolution.update(route: "r", changed)]
            #expect(isNoticed == [true, false])
        }
        let routeChanges = resolution.takeChanges()
        #expect(routeChanges == SnapshotChanges(routes: ["r"]))
    }

    @Test("a mirror is no share: its group's emptiness is no effect on the route, and explain goes on")
    func mirror() throws {
        var fixture = try PlanFixture.star()
        try fixture.apply(.putGroup("next", PlanFixture.data(#"{"peers":[{"address":"10.0.0.9","port":9}]}"#)))
        let route = PlanFixture.route(#"{"hosts":["star.test"]}"#, [("canary", 5), ("stable", 95)])
        let mirrored = String(route.dropLast()) + #","mirror":{"group":"next","percent":50}}"#

        let added = try fixture.effect(.putRoute("star", PlanFixture.data(mirrored)))
        #expect(added.routes.map(\.name) == ["star"])
        #expect(added.routes[0].moved == .zero)
        #expect(added.routes[0].shares.map(\.group) == ["canary", "stable"])
        #expect(added.warnings.isEmpty)
        try fixture.apply(.putRoute("star", PlanFixture.data(mirrored)))

        let emptied = try fixture.effect(.putGroup("next", PlanFixture.data(#"{"peers":[]}"#)))
        #expect(emptied.routes.isEmpty)
        #expect(emptied.emptied == ["next"])
        // The group's other user is gone with the mirror.
        let removed = try fixture.effect(.putRoute("star", PlanFixture.data(route)))
        #expect(removed.warnings.map(\.code) == ["unused_group"])

        let resolution = Resolution(rules: fixture.rules, catalog: fixture.catalog)
        let told = try resolution.explain(RequestFacts(authority: "star.test"), revision: 1)
        #expect(told.status == 200)
        #expect(!told.peers.contains { $0.peer.group == "next" })
    }

    @Test("explain gives backups a share only when nobody else is left")
    func shares() throws {
        var fixture = PlanFixture()
        let group = #"{"consul":{"service":"star","backup_tags":["spare"]}}"#
        try fixture.apply(.putGroup("g", PlanFixture.data(group)))
        try fixture.apply(.putRoute("r", PlanFixture.data(PlanFixture.route("{}", [("g", 100)]))))
        let cases: [(Health, [Double?])] = [(.passing, [100, nil]), (.critical, [nil, 100])]
        for (health, shares) in cases {
            fixture.know([instance("a", [], port: 1, health: health), instance("b", ["spare"], port: 2)])
            let told = try Resolution(rules: fixture.rules, catalog: fixture.catalog)
                .explain(RequestFacts(authority: "a.test"), revision: 1)
            #expect(told.peers.map { $0.share.map(\.value) } == shares)
        }
    }
}

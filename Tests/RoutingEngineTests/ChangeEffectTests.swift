import Foundation
import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@Suite struct ChangeEffectTests {
    private func percent(_ value: Double) throws -> Percent { try #require(Percent(value)) }

    @Test("a weight that grows from 5 to 20 moves 15 % of the keys, and the shares are told before and after")
    func weights() throws {
        let effect = try PlanFixture.star().effect(
            .setWeights(route: "star", PlanFixture.data(#"{"canary":20,"stable":80}"#)))
        #expect(
            try CanonicalJSON.tree(effect) == [
                "routes": [
                    [
                        "name": "star", "action": "updated", "moved": 15,
                        "shares": [
                            [
                                "group": "canary", "before": 5, "after": 20, "effective_before": 5,
                                "effective_after": 20,
                            ],
                            [
                                "group": "stable", "before": 95, "after": 80, "effective_before": 95,
                                "effective_after": 80,
                            ],
                        ],
                    ]
                ],
                "groups": [], "emptied": [], "workers": [],
            ])
        #expect(effect.warnings.isEmpty)
    }

    @Test("keys move that change their owner, requests without a key only as far as shares change")
    func reordered() throws {
        let swapped = PlanFixture.route(#"{"hosts":["star.test"]}"#, [("stable", 95), ("canary", 5)])
        let sticky = try PlanFixture.star().effect(.putRoute("star", PlanFixture.data(swapped)))
        // Buckets 0 to 499 go to stable, 9500 to 9999 to canary.
        #expect(try sticky.routes.map(\.moved) == [percent(10)])

        var fixture = try PlanFixture.star()
        for (name, split) in [("u", [("canary", 5.0), ("stable", 95.0)]), ("v", [("canary", 100.0)])] {
            try fixture.apply(
                .putRoute(name, PlanFixture.data(PlanFixture.route(#"{"hosts":["\#(name)"]}"#, split, sticky: nil))))
        }
        let other = PlanFixture.route(#"{"hosts":["u"]}"#, [("stable", 95), ("canary", 5)], sticky: nil)
        #expect(try fixture.effect(.putRoute("u", PlanFixture.data(other))).routes.map(\.moved) == [.zero])
    }

    @Test("another salt deals every key anew, and the plan warns of it")
    func salt() throws {
        let salted = PlanFixture.route(
            #"{"hosts":["star.test"]}"#, [("canary", 5), ("stable", 95)], sticky: #"{"header":"x-user","salt":"2"}"#)
        let effect = try PlanFixture.star().effect(.putRoute("star", PlanFixture.data(salted)))
        // 1 - 0.05² - 0.95²
        #expect(try effect.routes.map(\.moved) == [percent(9.5)])
        #expect(effect.warnings.map(\.code) == ["dealt_anew"])
        let respelled = PlanFixture.route(
            #"{"hosts":["star.test"]}"#, [("canary", 5), ("stable", 95)], sticky: #"{"header":"X-User"}"#)
        #expect(
            try PlanFixture.star().effect(.putRoute("star", PlanFixture.data(respelled))).routes.map(\.moved) == [.zero]
        )
    }

    @Test("a selector that matches nobody empties its group, and its route's share is dealt on")
    func emptied() throws {
        let effect = try PlanFixture.star().effect(
            .putGroup("canary", PlanFixture.data(#"{"consul":{"service":"star","tags":["v9"]}}"#)))
        let group = try #require(effect.groups.first)
        #expect((group.peersBefore, group.peersAfter, group.usableBefore, group.usableAfter) == (1, 0, 1, 0))
        #expect(group.lost.map(\.description) == ["n1~c1"])
        #expect(effect.emptied == ["canary"])
        let route = try #require(effect.routes.first)
        #expect(route.action == .unchanged)
        #expect(try route.moved == percent(5))
        #expect(try route.shares.map(\.effectiveAfter) == [percent(0), percent(100)])
        #expect(try route.shares.map(\.after) == [percent(5), percent(95)])
        #expect(effect.warnings.map(\.code) == ["empty_group"])
        #expect(effect.warnings[0].pointer == "/groups/canary")
        #expect(effect.warnings[0].message.contains("none of the 4 instances"))
    }

    @Test("a group that waits for peers and gets them brings its route's share home")
    func filled() throws {
        var fixture = try PlanFixture.star()
        try fixture.apply(.putGroup("canary", PlanFixture.data(#"{"peers":[]}"#)))
        let effect = try fixture.effect(
            .putGroup("canary", PlanFixture.data(#"{"peers":[{"address":"10.0.0.9","port":1}]}"#)))
        #expect(effect.groups.map { $0.gained.map(\.description) } == [["static~10.0.0.9:1"]])
        #expect(try effect.routes.map(\.moved) == [percent(5)])
        #expect(effect.emptied.isEmpty)
    }

    @Test("of a service that isn't watched yet the plan says that nothing is known")
    func unwatched() throws {
        let effect = try PlanFixture.star().effect(
            .putGroup("new", PlanFixture.data(#"{"consul":{"service":"moon"}}"#)))
        #expect(effect.emptied == ["new"])
        #expect(effect.warnings.map(\.code) == ["empty_group"])
        #expect(effect.warnings[0].message.contains("service 'moon' is not watched yet"))
    }

    @Test("an override that takes a group's last peer is told, with what it does to the route")
    func lastPeer() throws {
        var fixture = try PlanFixture.star()
        let effect = try fixture.override("n1~c1", #"{"state":"drain","reason":"kernel"}"#)
        #expect(effect.emptied == ["canary"])
        #expect(effect.groups.map(\.name) == ["canary"])
        #expect(effect.groups.map(\.action) == [.unchanged])
        #expect(effect.routes.map(\.name) == ["star"])
        #expect(effect.warnings.map(\.code) == ["empty_group", "override_ends_group"])
        #expect(effect.warnings[1].pointer == "/overrides/n1~0c1")
        let harmless = try fixture.override("n1~s1", #"{"state":"drain","reason":"kernel"}"#)
        #expect(harmless.warnings.isEmpty)
        #expect(harmless.routes.isEmpty)
        #expect(harmless.groups.map { $0.lost.map(\.description) } == [["n1~s1"]])
        try fixture.apply(.putOverride(PeerID("n1~c1"), PlanFixture.data(#"{"state":"drain","reason":"kernel"}"#)))
        let back = try fixture.effect(.deleteOverride(PeerID("n1~c1")))
        #expect(back.groups.map { $0.gained.map(\.description) } == [["n1~c1"]])
        #expect(back.warnings.isEmpty)
    }

    @Test("an override for a peer that is nowhere is told")
    func nobody() throws {
        let effect = try PlanFixture.star().override("n1~gone", #"{"weight":5,"reason":"x"}"#)
        #expect(effect.warnings.map(\.code) == ["no_such_peer"])
        #expect(effect.groups.isEmpty)
    }

    @Test("requests that would be answered 503 are told, with their share")
    func unserved() throws {
        var fixture = try PlanFixture.star()
        try fixture.apply(
            .putRoute(
                "star",
                PlanFixture.data(
                    #"{"on_empty":"fail","split":[{"group":"canary","weight":5},{"group":"stable","weight":95}]}"#)))
        let effect = try fixture.effect(.putGroup("canary", PlanFixture.data(#"{"peers":[]}"#)))
        #expect(try effect.routes.map(\.unservedAfter) == [percent(5)])
        #expect(try effect.routes.map(\.moved) == [percent(5)])
        #expect(effect.warnings.map(\.code) == ["empty_group", "unserved"])
        #expect(effect.warnings[1].message.hasPrefix("5 % of the requests of route 'star' would be answered 503"))
    }

    @Test("a new route takes all of its requests, one that goes gives all up, and a group without a route is told")
    func comingAndGoing() throws {
        let fixture = try PlanFixture.star()
        let coming = try fixture.effect(
            .putRoute("two", PlanFixture.data(PlanFixture.route(#"{"hosts":["two"]}"#, [("stable", 100)]))))
        #expect(try coming.routes.map(\.moved) == [percent(100)])
        #expect(coming.routes.map(\.action) == [.created])
        let going = try fixture.effect(.deleteRoute("star"))
        #expect(try going.routes.map(\.moved) == [percent(100)])
        #expect(going.routes[0].shares.map(\.after) == [.zero, .zero])
        #expect(going.warnings.map(\.code) == ["unused_group", "unused_group"])
    }

    @Test("many peers are counted, and the first hundred named")
    func many() throws {
        var fixture = try PlanFixture.star()
        fixture.know((0..<150).map { PlanFixture.instance("s\($0)", ["v1"], port: 1_000 + $0) })
        let effect = try fixture.effect(.putGroup("stable", PlanFixture.data(#"{"peers":[]}"#)))
        #expect(effect.groups[0].lost.count == 100)
        #expect(effect.groups[0].lostCount == 150)
    }

    @Test("what moves is what a count of all buckets says, whatever changes")
    func countedOut() throws {
        var random = RandomSnapshots(seed: 7)
        var rules = RuleSet(random.next())
        for round in 0..<30 {
            let next = RuleSet(random.next())
            let before = Resolution(rules: rules, catalog: Catalog())
            let after = Resolution(rules: next, catalog: Catalog())
            let changes = rules.changes(to: next)
            let effect = ChangeEffect.between(changes, rules: next, before: before, after: after, catalog: Catalog())
            let touched = Dictionary(uniqueKeysWithValues: effect.routes.map { ($0.name, $0) })
            for name in Set(before.snapshotRoutes.keys).intersection(after.snapshotRoutes.keys) {
                let (old, new) = (Self.owners(name, before), Self.owners(name, after))
                let changed = zip(old, new).count { $0 != $1 }
                let isSticky = (
                    before.snapshotRoutes[name]?.sticky != nil, after.snapshotRoutes[name]?.sticky != nil
                )
                guard let told = touched[name] else {
                    #expect(changed == 0, "round \(round), route \(name)")
                    continue
                }
                let gained = Dictionary(grouping: new, by: \.self).reduce(0) { sum, owner in
                    sum + max(0, owner.value.count - old.count { $0 == owner.key })
                }
                switch isSticky {
                case (true, true): #expect(told.moved.basisPoints == changed, "round \(round), route \(name)")
                case (false, false): #expect(told.moved.basisPoints == gained, "round \(round), route \(name)")
                default: #expect(told.isDealtAnew)
                }
                for share in told.shares {
                    #expect(share.effectiveAfter.basisPoints == new.count { $0 == share.group })
                    #expect(share.effectiveBefore.basisPoints == old.count { $0 == share.group })
                }
            }
            for (name, group) in before.snapshotGroups where !group.peers.isEmpty {
                let isEmpty = after.snapshotGroups[name].map(\.peers.isEmpty) ?? false
                #expect(effect.emptied.contains(name) == isEmpty, "round \(round), group \(name)")
            }
            rules = next
        }
    }

    private static func owners(_ name: String, _ resolution: Resolution) -> [String?] {
        guard let route = resolution.snapshotRoutes[name] else { return [] }
        let deal = Deal(
            weights: route.split.map(\.buckets),
            isEmpty: route.split.map { resolution.snapshotGroups[$0.group]?.peers.isEmpty ?? true },
            onEmpty: route.onEmpty)
        return (0..<Bucket.count).map { deal.entry(of: $0).map { route.split[$0].group } }
    }
}

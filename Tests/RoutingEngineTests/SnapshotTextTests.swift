import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@Suite("The texts that workers get are canonical JSON")
struct SnapshotTextTests {
    @Test("every group and route of the conformance cases has the text that the encoder gives")
    func conformance() throws {
        var seen = 0
        for (file, content) in try ConformanceFile.all() {
            for example in content.cases {
                let snapshot = try example.snapshot()
                for group in snapshot.groups.values { #expect(text(group.text) == (try CanonicalJSON.text(group))) }
                for route in snapshot.routes.values {
                    #expect(text(route.text) == (try CanonicalJSON.text(route)), "\(file): \(example.name)")
                    seen += 1
                }
            }
        }
        #expect(seen >= 150)
    }

    @Test("every kind of condition, stickiness and force rule is written as the encoder writes it")
    func allKinds() throws {
        let odd = "a\"b\\c/d\u{8}\u{9}\u{A}\u{C}\u{D}\u{1}\u{1F}\u{7F}ü\u{2028}😀"
        let tests: [ValueMatch.Test] = [
            .exact(odd), .prefix(odd), .suffix(odd), .regex("a|b"), .present(true), .present(false),
        ]
        let matches = tests.flatMap { [ValueMatch(name: "x", $0), ValueMatch(name: odd, $0, invert: true)] }
        let paths: [PathMatch] = [.exact("/a"), .prefix("/"), .regex("/a.*")]
        let keys: [Stickiness.Key] = [.header("h"), .cookie("c"), .query("q"), .sourceIP]
        for path in paths {
            for key in keys {
                for salt in [nil, odd] {
                    let route = SnapshotRoute(
                        name: "r",
                        match: RouteMatch(
                            hosts: [.any, .exact("a.b"), .wildcard(suffix: ".b")], path: path, methods: ["GET", odd],
                            headers: matches, query: matches),
                        priority: -7,
                        force: matches.flatMap {
                            [ForceRule(.header($0), group: "g"), ForceRule(.cookie($0), group: odd)]
                        },
                        split: [SnapshotSplit(group: "g", buckets: 10_000)], sticky: Stickiness(key, salt: salt),
                        onEmpty: .fail)
                    #expect(text(route.text) == (try CanonicalJSON.text(route)))
                }
            }
        }
        let peers = [0, 9, 10, 65_535].map {
            SnapshotPeer(id: PeerID(odd), address: "::\($0)", port: $0, weight: $0)
        }
        let group = SnapshotGroup(policy: .roundRobin, peers: peers)
        #expect(text(group.text) == (try CanonicalJSON.text(group)))
    }

    @Test("the digest after any sequence of changes is that of the snapshot made afresh, and every change is told")
    func digest() throws {
        var random = SystemRandomNumberGenerator()
        var resolution = Resolution()
        var known = resolution.snapshot(index: 0, revision: 0)
        for step in 1...400 {
            let name = "n\(Int.random(in: 0..<12, using: &random))"
            if Bool.random(using: &random) {
                let group =
                    Bool.random(using: &random)
                    ? Group(peers: [StaticPeer(address: "10.0.0.\(Int.random(in: 1...3, using: &random))", port: 80)])
                    : nil
                resolution.update(group: name, group, catalog: Catalog())
            } else {
                let route =
                    Bool.random(using: &random)
                    ? Route(priority: step % 3, split: [SplitEntry(group: "n1", weight: .whole)]) : nil
                resolution.update(route: name, route)
            }
            guard step % 5 == 0 else { continue }
            let next = resolution.snapshot(index: step, revision: step)
            var fresh = SnapshotDigest()
            for (name, group) in next.groups { fresh.add(.group, name: name, text: group.text) }
            for (name, route) in next.routes { fresh.add(.route, name: name, text: route.text) }
            #expect(resolution.digest == fresh)

            let changes = resolution.takeChanges()
            let names = Set(known.groups.keys).union(next.groups.keys)
            for name in names where known.groups[name] != next.groups[name] {
                #expect(changes.groups.contains(name))
            }
            let routes = Set(known.routes.keys).union(next.routes.keys)
            for name in routes where known.routes[name] != next.routes[name] {
                #expect(changes.routes.contains(name))
            }
            #expect(resolution.takeChanges().isEmpty)
            known = next
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

import HashTreeCollections
import RoutingModel
import Testing

@testable import RoutingEngine

@Suite struct RoutesByHostTests {
    @Test("after any changes a host pattern has the routes that name it, and no others")
    func follows() {
        var random = RandomSnapshots(seed: 21)
        var resolution = Resolution()
        for _ in 0..<200 {
            let snapshot = random.next()
            let rules = RuleSet(snapshot)
            for (name, group) in rules.groups { resolution.update(group: name, group.value, catalog: Catalog()) }
            for name in Set(resolution.snapshotRoutes.keys).union(rules.routes.keys) {
                resolution.update(route: name, rules.routes[name]?.value)
            }
            var wanted: [HostPattern: Set<String>] = [:]
            for route in resolution.snapshotRoutes.values {
                for pattern in RoutesByHost.patterns(of: route) { wanted[pattern, default: []].insert(route.name) }
            }
            for text in ["a.test", "b.a.test", "*.a.test", "*.test", "*"] {
                guard let pattern = HostPattern(text) else { continue }
                let found = resolution.routes(for: pattern).map(\.name)
                #expect(Set(found) == wanted[pattern] ?? [])
                #expect(found.count == Set(found).count)
            }
        }
    }
}

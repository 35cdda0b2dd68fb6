import RoutingEngine
import RoutingModel
import Testing

@Suite struct SnapshotDiffTests {
    @Test("a diff names what is new, different and gone, and nothing else")
    func diff() {
        let old = Make.snapshot(
            groups: ["same": Make.group(1), "grown": Make.group(1), "gone": Make.group(1)],
            routes: [Make.route("same", split: [("same", 10_000)]), Make.route("gone", split: [("gone", 10_000)])])
        let new = Make.snapshot(
            groups: ["same": Make.group(1), "grown": Make.group(2), "new": Make.group(1)],
            routes: [Make.route("same", split: [("same", 10_000)]), Make.route("new", split: [("new", 10_000)])],
            index: 2)
        let diff = SnapshotDiff(from: old, to: new)
        #expect(Set(diff.changedGroups.keys) == ["grown", "new"])
        #expect(Set(diff.changedRoutes.keys) == ["new"])
        #expect(diff.removedGroups == ["gone"])
        #expect(diff.removedRoutes == ["gone"])
        #expect(SnapshotDiff(from: new, to: new).isEmpty)
    }

    @Test("each aspect of an instance that changed is an entry of its own")
    func instanceChanges() {
        let a = Instance(node: "n", serviceID: "a", service: "s", address: "1.1.1.1", port: 1, tags: ["v1"])
        var changed = a
        changed.tags = ["v2"]
        changed.health = .critical
        changed.address = "1.1.1.2"
        changed.weights.passing = 5
        changed.meta = ["k": "v"]
        let b = Instance(node: "n", serviceID: "b", service: "s", address: "1.1.1.1", port: 2)
        let c = Instance(node: "n", serviceID: "c", service: "s", address: "1.1.1.1", port: 3)
        let changes = InstanceChange.between([a.id: a, b.id: b], [a.id: changed, c.id: c])
        #expect(
            Set(changes.map(\.kind))
                == [.peerHealth, .peerTags, .peerAddress, .peerWeight, .peerMeta, .peerLeft, .peerJoined])
        let health = changes.first { $0.kind == .peerHealth }
        #expect(health?.facts(of: health?.before) == ["health": "passing"])
        #expect(health?.facts(of: health?.after) == ["health": "critical"])
    }
}

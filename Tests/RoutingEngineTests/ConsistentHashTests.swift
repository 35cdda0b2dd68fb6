import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@Suite struct ConsistentHashTests {
    private let keys = (0..<10_000).map { "user-\($0)" }

    private func owners(_ group: BalancedGroup) -> [String?] { keys.map { group.pick(key: $0) } }

    private func moved(_ before: [String?], _ after: [String?]) -> Int { zip(before, after).count { $0 != $1 } }

    @Test("keys keep their peers, on every worker, and spread by weight")
    func stable() throws {
        let weights = ["a": 1, "b": 2, "c": 3, "d": 4]
        let one = owners(try BalancedGroup(.consistentHash, weights))
        #expect(one == owners(try BalancedGroup(.consistentHash, weights)))
        for (name, weight) in weights {
            #expect(abs(one.count { $0 == name } - weight * 1_000) < 200, "\(name)")
        }
    }

    @Test("a peer that leaves or joins moves its share of the keys and few others", arguments: [3, 10, 40])
    func movement(count: Int) throws {
        var peers = BalancedGroup.peers(count)
        let group = try BalancedGroup(.consistentHash, peers)
        let before = owners(group)
        peers["p1001"] = nil
        try group.change(peers)
        let without = owners(group)
        let own = before.count { $0 == "p1001" }
        #expect(moved(before, without) <= own + keys.count * 3 / 100)
        peers["p1001"] = 1
        try group.change(peers)
        #expect(owners(group) == before)
    }

    @Test("only the keys of peers that may not be picked move, over all others; they come back")
    func unusable() throws {
        let group = try BalancedGroup(.consistentHash, BalancedGroup.peers(10))
        let before = owners(group)
        group.peer("p1002")?.isEjected = true
        group.peer("p1007")?.isFull = true
        let without = owners(group)
        for (old, new) in zip(before, without) {
            #expect(old == new || old == "p1002" || old == "p1007")
            #expect(new != "p1002" && new != "p1007" && new != nil)
        }
        let heirs = Set(zip(before, without).filter { $0.0 == "p1002" }.map(\.1))
        #expect(heirs.count == 8)
        group.peer("p1002")?.isEjected = false
        group.peer("p1007")?.isFull = false
        #expect(owners(group) == before)
    }

    @Test("a second try goes where the key would be without the first peer")
    func second() throws {
        let group = try BalancedGroup(.consistentHash, BalancedGroup.peers(5))
        for key in keys.prefix(200) {
            let first = try #require(group.pick(key: key))
            let second = group.pick(key: key, excluding: [first])
            group.peer(first)?.isEjected = true
            #expect(second == group.pick(key: key))
            group.peer(first)?.isEjected = false
        }
    }

    @Test("without a key, or with an empty one, any peer is taken")
    func withoutKey() throws {
        let group = try BalancedGroup(.consistentHash, ["a": 1, "b": 1])
        for key in [nil, ""] {
            let counts = (0..<2_000).count { _ in group.pick(key: key) == "a" }
            #expect(abs(counts - 1_000) < 150)
        }
    }

    @Test("what is hashed is the key, a bar and the salt, which is the group's name")
    func salt() throws {
        let group = try BalancedGroup(.consistentHash, ["a": 1, "b": 1])
        func share(_ salt: String?) throws -> [String?] {
            let table = try RouteTable(
                Make.snapshot(
                    groups: [
                        "g": SnapshotGroup(
                            policy: .consistentHash, peers: (group.group?.peers ?? []).map(SnapshotPeer.init),
                            hashOn: Stickiness(.cookie("u"), salt: salt))
                    ], routes: []))
            return keys.prefix(500).map { key in
                RequestFacts(authority: "h", headers: [("cookie", "u=\(key)")]).withView {
                    table.group(named: "g")?.pick(for: $0, at: 0)?.address.host
                }
            }
        }
        let own = Array(owners(group).prefix(500))
        #expect(try share(nil) == own)
        #expect(try share("g") == own)
        #expect(try share("other") != own)
    }
}

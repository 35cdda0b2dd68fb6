import RoutingEngine
import RoutingModel
import Testing

/// Peers that are backups, ejected, full or tried.
@Suite struct PassedOverPeerTests {
    @Test("backups get requests only when no other peer is usable", arguments: Balance.Policy.allCases)
    func backups(policy: Balance.Policy) throws {
        let group = try BalancedGroup(policy, ["a": 1, "b": 1, "x": 1, "y": 1], backups: ["x", "y"])
        #expect(Set(group.counts(200).keys) == ["a", "b"])
        group.peer("a")?.isEjected = true
        #expect(group.counts(50) == ["b": 50])
        group.peer("b")?.isFull = true
        #expect(Set(group.counts(200).keys) == ["x", "y"])
        group.peer("x")?.isEjected = true
        #expect(group.counts(50) == ["y": 50])
        group.peer("a")?.isEjected = false
        #expect(group.counts(50) == ["a": 50])
    }

    @Test("a group that has nothing but backups uses them; one whose role changes is one at once")
    func roles() throws {
        let group = try BalancedGroup(.roundRobin, ["x": 1, "y": 1], backups: ["x", "y"])
        #expect(group.counts(10) == ["x": 5, "y": 5])
        try group.change(["x": 1, "y": 1], backups: ["y"])
        #expect(group.counts(10) == ["x": 10])
    }

    @Test("when all are ejected all are tried, backups last", arguments: Balance.Policy.allCases)
    func panic(policy: Balance.Policy) throws {
        let group = try BalancedGroup(policy, ["a": 1, "b": 1, "x": 1], backups: ["x"])
        for name in ["a", "b", "x"] { group.peer(name)?.isEjected = true }
        #expect(Set(group.counts(200).keys) == ["a", "b"])
        #expect(group.group?.hasUsablePeer == false)
        group.peer("a")?.isFull = true
        #expect(group.counts(50) == ["b": 50])
        group.peer("b")?.isFull = true
        #expect(group.counts(50) == ["x": 50])
        group.peer("x")?.isFull = true
        #expect(group.pick() == nil)
    }

    @Test(
        "full peers get nothing: when all that could serve are full there is none", arguments: Balance.Policy.allCases)
    func full(policy: Balance.Policy) throws {
        let group = try BalancedGroup(policy, ["a": 1, "b": 1, "c": 1])
        group.peer("a")?.isEjected = true
        group.peer("b")?.isFull = true
        #expect(group.counts(50) == ["c": 50])
        group.peer("c")?.isFull = true
        #expect(group.pick() == nil && group.pick(key: "k") == nil)
        group.peer("c")?.isFull = false
        #expect(group.pick() == "c")
    }

    @Test("tried peers are passed over, ejected ones are the last resort", arguments: Balance.Policy.allCases)
    func tried(policy: Balance.Policy) throws {
        let group = try BalancedGroup(policy, ["a": 1, "b": 1, "c": 1])
        for _ in 0..<20 {
            #expect(group.pick(excluding: ["a", "b"]) == "c")
            #expect(group.pick(excluding: ["a", "b", "c"]) == nil)
        }
        group.peer("c")?.isEjected = true
        #expect(group.pick(excluding: ["a"]) == "b")
        #expect(group.pick(excluding: ["a", "b"]) == "c")
        group.peer("b")?.isFull = true
        #expect(group.pick(excluding: ["a"]) == nil)
        // Nothing of it stays.
        #expect(group.pick() == "a")
    }

    @Test("most peers ejected: the others share evenly", arguments: Balance.Policy.allCases)
    func mostEjected(policy: Balance.Policy) throws {
        let group = try BalancedGroup(policy, BalancedGroup.peers(50))
        for peer in (group.group?.peers ?? []).dropFirst(2) { peer.isEjected = true }
        let counts = group.counts(2_000)
        #expect(counts.count == 2 && counts.values.allSatisfy { abs($0 - 1_000) < 200 }, "\(counts)")
    }

    @Test("round robin goes on evenly past a peer that is ejected")
    func roundRobinGoesOn() throws {
        let group = try BalancedGroup(.roundRobin, ["a": 2, "b": 1, "c": 1])
        group.peer("b")?.isEjected = true
        #expect(group.counts(300) == ["a": 200, "c": 100])
    }
}

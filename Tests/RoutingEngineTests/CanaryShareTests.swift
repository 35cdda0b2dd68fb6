import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@Suite struct CanaryShareTests {
    private func table(canary: Int) throws -> RouteTable {
        try RouteTable(
            Make.snapshot(
                groups: ["canary": Make.group(1), "stable": Make.group(3)],
                routes: [
                    Make.route(
                        split: [("canary", canary), ("stable", 10_000 - canary)],
                        sticky: Stickiness(.header("x-user"), salt: "star"))
                ]))
    }

    private func canaries(_ table: RouteTable, keys: Range<Int>) -> Set<Int> {
        Set(
            keys.filter { key in
                let request = RequestFacts(authority: "star.test", headers: [("x-user", "user-\(key)")])
                return table.decide(request).group?.name == "canary"
            })
    }

    @Test("100,000 sticky keys at 5 %: the share is right within 0.2 points, and all of them are canary at 10 % too")
    func shareAndGrowth() throws {
        let five = canaries(try table(canary: 500), keys: 0..<100_000)
        let ten = canaries(try table(canary: 1_000), keys: 0..<100_000)
        #expect(abs(Double(five.count) / 1_000 - 5) <= 0.2, "\(five.count) of 100,000")
        #expect(abs(Double(ten.count) / 1_000 - 10) <= 0.3, "\(ten.count) of 100,000")
        #expect(five.isSubset(of: ten))
    }

    @Test("without a key the split is random per request and its share is right")
    func randomShare() throws {
        let table = try table(canary: 2_000)
        var canary = 0
        for _ in 0..<20_000 {
            if table.decide(RequestFacts(authority: "a")).group?.name == "canary" { canary += 1 }
        }
        // Six standard deviations of a binomial: 57 x 6.
        #expect(abs(canary - 4_000) < 340)
    }

    @Test("nobody who was on another group moves when a group becomes empty")
    func emptyGroupMovesNobodyElse() throws {
        let split = [("a", 2_000), ("b", 3_000), ("c", 5_000)]
        func owners(empty: String?) throws -> [String] {
            let groups = TreeDictionary(uniqueKeysWithValues: split.map { ($0.0, Make.group($0.0 == empty ? 0 : 1)) })
            let table = try RouteTable(
                Make.snapshot(
                    groups: groups, routes: [Make.route(split: split, sticky: Stickiness(.header("k"), salt: "s"))]))
            return (0..<20_000).map { key in
                table.decide(RequestFacts(authority: "h", headers: [("k", "\(key)")])).group?.name ?? "-"
            }
        }
        let full = try owners(empty: nil)
        for empty in ["a", "b", "c"] {
            let dealt = try owners(empty: empty)
            #expect(zip(full, dealt).allSatisfy { $0 == $1 || $0 == empty })
            #expect(!dealt.contains(empty) && !dealt.contains("-"))
        }
    }
}

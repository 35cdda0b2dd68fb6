import RoutingModel
import Testing

@testable import AdminClient

@Suite struct WeightSharesTests {
    private func split(_ text: String) throws -> [WeightAssignment] {
        try text.split(separator: " ").map { try #require(WeightAssignment(String($0))) }
    }

    private func words(_ split: [WeightAssignment]) -> String {
        split.map { "\($0.group)=\($0.weight)" }.joined(separator: " ")
    }

    @Test(
        "groups that aren't named share the rest in the proportion of their weights, exact to 0.01",
        arguments: [
            ("canary=5 stable=95", "canary=20", "canary=20 stable=80"),
            ("canary=5 stable=95", "canary=20 stable=80", "canary=20 stable=80"),
            ("canary=5 stable=95", "canary=100", "canary=100 stable=0"),
            ("canary=100 stable=0", "canary=40", "canary=40 stable=60"),
            ("a=10 b=30 c=60", "a=20", "a=20 b=26.67 c=53.33"),
            ("a=25 b=25 c=25 d=25", "a=0", "a=0 b=33.34 c=33.33 d=33.33"),
            ("a=0.01 b=99.98 c=0.01", "b=0", "a=50 b=0 c=50"),
            ("a=0 b=50 c=50", "b=10", "a=0 b=10 c=90"),
        ])
    func dealt(before: String, named: String, after: String) throws {
        #expect(words(try WeightShares.deal(try split(before), try split(named))) == after)
    }

    @Test("whatever is named, the weights add up to exactly 100 and nobody is off by a hundredth")
    func sums() throws {
        for seed in 1...200 {
            let parts = [seed * 37 % 101, seed * 53 % 89 + 1, seed * 71 % 97]
            let total = parts.reduce(0, +)
            var basis = parts.map { $0 * 10_000 / total }
            basis[0] += 10_000 - basis.reduce(0, +)
            let before =
                zip(["a", "b", "c"], basis).map { WeightAssignment(group: $0, weight: Percent(clamping: $1)) }
                + [WeightAssignment(group: "d", weight: .zero)]
            let named = Percent(clamping: seed * 49)
            let after = try WeightShares.deal(before, [WeightAssignment(group: "d", weight: named)])
            #expect(after.reduce(0) { $0 + $1.weight.basisPoints } == 10_000)
            for (old, new) in zip(before, after).dropLast() {
                let exact = Double(old.weight.basisPoints) * Double(10_000 - named.basisPoints) / 10_000
                #expect(abs(Double(new.weight.basisPoints) - exact) < 1)
            }
        }
    }

    @Test(
        "what can't be had is refused in words",
        arguments: [
            ("canary=5 stable=95", "other=5", "'other' is no group of this route's split; those are canary, stable."),
            ("canary=5 stable=95", "canary=5 canary=6", "'canary' is named twice."),
            ("canary=5 stable=95", "canary=60 stable=60", "The weights add up to 120, not to 100."),
            ("canary=5 stable=95", "canary=60 stable=39.5", "The weights add up to 99.5, not to 100."),
            ("a=100 b=0 c=0", "a=90", "10 is left, and b, c have 0 now: say which of them gets it."),
        ])
    func refused(before: String, named: String, words: String) throws {
        #expect(throws: ClientFailure.failed(words)) { try WeightShares.deal(try split(before), try split(named)) }
    }

    @Test(
        "a weight has at most two decimals and nothing around it",
        arguments: ["a", "=5", "a=", "a=5.123", "a=-5", "a=101", "a= 5", "a=nan", "a=1e1", "a=5%%"])
    func unreadable(text: String) { #expect(WeightAssignment(text) == nil) }

    @Test("a percent sign may stand behind a weight")
    func percentSign() { #expect(WeightAssignment("a=0.5%")?.weight == Percent(0.5)) }
}

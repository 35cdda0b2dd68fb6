import RoutingModel
import Testing

@testable import ProxyWorker

@Suite("Retries are a share of a route's requests, and some a second whatever the share")
struct RetryBudgetTests {
    private let second: UInt64 = 1_000_000_000

    private func budget(_ percent: Int, min: Int, loops: Int = 1) -> RetryBudget {
        RetryBudget(RetryPolicy(budget: Percent(clamping: percent * 100), minPerSecond: min), loops: loops)
    }

    private func retries(_ budget: inout RetryBudget, at now: UInt64, of wanted: Int = 1_000) -> Int {
        var count = 0
        for _ in 0..<wanted where budget.mayRetry(at: now) { count += 1 }
        return count
    }

    private func expect(
        _ budget: inout RetryBudget, at now: UInt64, _ expected: Int, _ place: SourceLocation = #_sourceLocation
    ) {
        let allowed = retries(&budget, at: now)
        #expect(allowed == expected, sourceLocation: place)
    }

    @Test("a fifth of a hundred requests is twenty, over ten seconds")
    func share() {
        var budget = budget(20, min: 0)
        for number in 0..<100 { budget.requested(at: 50 * second + UInt64(number) * second / 20) }
        expect(&budget, at: 55 * second, 20)
        expect(&budget, at: 59 * second, 0)
        // Twenty requests have left the window: the others have had their retries.
        expect(&budget, at: 60 * second, 0)
        for _ in 0..<50 { budget.requested(at: 61 * second) }
        #expect(budget.windowRequests == 60 + 50)
    }

    @Test("some a second are allowed without any request")
    func minimum() {
        var budget = budget(0, min: 3)
        expect(&budget, at: 5, 3)
        expect(&budget, at: second - 1, 0)
        expect(&budget, at: second, 3)
        expect(&budget, at: 1_000 * second, 3)
    }

    @Test("the minimum is divided among event loops, rounded up")
    func loops() {
        var quarter = budget(0, min: 10, loops: 4)
        expect(&quarter, at: 0, 3)
        var none = budget(0, min: 0, loops: 4)
        expect(&none, at: 0, 0)
    }

    @Test("a budget of nothing and no minimum allows none")
    func nothing() {
        var budget = budget(0, min: 0)
        for _ in 0..<1_000 { budget.requested(at: second) }
        expect(&budget, at: second, 0)
    }

    @Test("the window is the sum of the last ten seconds, whatever happened before")
    func window() {
        var random = SmallRandom(seed: 7)
        for _ in 0..<50 {
            var budget = budget(100, min: 0)
            var events: [UInt64] = []
            var now = UInt64(random.below(40)) * second
            for _ in 0..<500 {
                now += UInt64(random.below(10) == 0 ? random.below(15_000) : random.below(300)) * 1_000_000
                budget.requested(at: now)
                events.append(now / second)
                #expect(budget.windowRequests == UInt64(events.count { $0 + 10 > now / second }))
            }
        }
    }

    @Test("a clock that goes back does no harm")
    func backwards() {
        var budget = budget(100, min: 0)
        budget.requested(at: 20 * second)
        budget.requested(at: 5 * second)
        #expect(budget.windowRequests == 2)
    }
}

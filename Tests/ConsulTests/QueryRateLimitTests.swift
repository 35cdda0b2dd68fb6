import Testing

@testable import Consul

@Suite struct QueryRateLimitTests {
    private let start = ContinuousClock.now

    @Test("Two answers in a row go unhindered, the third question waits")
    func burst() {
        var limit = QueryRateLimit()
        #expect(limit.answered(at: start, news: true) == .zero)
        #expect(limit.answered(at: start, news: true) == .zero)
        #expect(limit.answered(at: start, news: true) == .milliseconds(50))
    }

    @Test("A storm of news is slowed down to 20 questions a second and no further")
    func news() {
        #expect((200...202).contains(questions(in: .seconds(10), news: true)))
    }

    @Test("A storm that says nothing new is slowed down to one question a second")
    func vain() {
        var limit = QueryRateLimit()
        var pause = Duration.zero
        var now = start
        for _ in 0..<200 {
            pause = limit.answered(at: now, news: false)
            now += pause
        }
        #expect(pause == .seconds(1))
        #expect(questions(in: .seconds(60), news: false) < 160)
    }

    @Test("An answer that says something new ends the slowness")
    func recovers() {
        var limit = QueryRateLimit()
        var now = start
        for _ in 0..<200 { now += limit.answered(at: now, news: false) }
        now += limit.answered(at: now, news: true)
        now += limit.answered(at: now, news: true)
        #expect(limit.answered(at: now, news: true) == .milliseconds(50))
    }

    @Test("A question that was held refills the bucket")
    func refills() {
        var limit = QueryRateLimit()
        var now = start
        for _ in 0..<200 { now += limit.answered(at: now, news: false) }
        now += .seconds(55)
        #expect(limit.answered(at: now, news: false) == .zero)
        #expect(limit.answered(at: now, news: false) == .zero)
        #expect(limit.answered(at: now, news: false) == .milliseconds(50))
    }

    /// How many questions a storm of immediate answers leads to.
    private func questions(in time: Duration, news: Bool) -> Int {
        var limit = QueryRateLimit()
        var now = start
        var count = 0
        while now < start + time {
            now += limit.answered(at: now, news: news)
            count += 1
        }
        return count
    }
}

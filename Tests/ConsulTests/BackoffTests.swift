import Testing

@testable import Consul

@Suite struct BackoffTests {
    @Test("Pauses double up to the longest and begin anew after an answer")
    func doubles() {
        var backoff = Backoff(.milliseconds(250) ... .seconds(30))
        let pauses = (0..<9).map { _ in backoff.failed(chance: 1) }
        #expect(
            pauses
                == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30].map { .milliseconds(Int($0 * 1000)) })
        backoff.succeeded()
        #expect(backoff.failed(chance: 1) == .milliseconds(250))
    }

    @Test("Chance takes away up to a half")
    func jitter() {
        var backoff = Backoff(.seconds(1) ... .seconds(1))
        #expect(backoff.failed(chance: 0) == .milliseconds(500))
        #expect(backoff.failed(chance: 0.5) == .milliseconds(750))
        for _ in 0..<100 {
            let pause = backoff.failed(chance: .random(in: 0..<1))
            #expect(pause >= .milliseconds(500) && pause < .seconds(1))
        }
    }

    @Test("It goes on for ever without overflow")
    func forEver() {
        var backoff = Backoff(.milliseconds(250) ... .seconds(30))
        for _ in 0..<10000 { _ = backoff.failed(chance: 0.5) }
        #expect(backoff.failed(chance: 0) == .seconds(15))
    }
}

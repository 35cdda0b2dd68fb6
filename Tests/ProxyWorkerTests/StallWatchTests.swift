import NIOCore
import Testing

@testable import ProxyWorker

@Suite struct StallWatchTests {
    private let idle = TimeAmount.seconds(60)

    /// What becomes of a side that is touched at 0 for the last time, looked at every second, and of which `buffered`
    /// bytes wait at each second. As `ClientConnection` does it.
    /// - Returns: the second at which it is given up.
    private func givenUp(_ buffered: (Int) -> Int) -> Int? {
        var watch = StallWatch()
        var deadline = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        let start = deadline
        deadline = deadline + idle
        for second in 1...1_000 {
            let now = start + .seconds(Int64(second))
            guard deadline <= now || watch.isDue(at: now, idle: idle) else { continue }
            watch.look(buffered(second), at: now)
            guard deadline <= now else { continue }
            guard let end = watch.end(idle: idle), end > now else { return second }
            deadline = end
        }
        return nil
    }

    @Test("A client that never reads is given up when its time is over, and an eighth later at most")
    func neverReads() throws {
        let second = try #require(givenUp { _ in 300_000 })
        #expect((60...68).contains(second))
    }

    @Test("One that reads a little goes on; when it stops, its time begins", arguments: [10, 59, 61, 200])
    func stops(after: Int) throws {
        let second = try #require(givenUp { 1_000_000 - min($0, after) * 1_000 })
        #expect((after + 60...after + 69).contains(second))
    }

    @Test("One that keeps reading is never given up")
    func reads() { #expect(givenUp { 1_000_000 - $0 } == nil) }

    @Test("Nothing to be sent is no reason to wait")
    func nothing() { #expect(givenUp { _ in 0 } == 60) }
}

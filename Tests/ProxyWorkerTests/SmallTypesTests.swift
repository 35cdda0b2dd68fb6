import Testing

@testable import ProxyWorker

@Suite struct SmallTypesTests {
    @Test(
        "Addresses to listen on",
        arguments: [
            ("127.0.0.1:80", "127.0.0.1", 80), ("[::1]:0", "::1", 0), ("localhost:8080", "localhost", 8080),
        ]
    )
    func readsAddresses(text: String, host: String, port: Int) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
        #expect(ListenAddress(text)?.description == text)
    }

    @Test("What is no address", arguments: ["", "80", ":80", "a:", "a:65536", "a:-1", "::1:80", "[]:80", "a:b"])
    func refusesAddresses(text: String) { #expect(ListenAddress(text) == nil) }

    @Test("Waiting times double up to their limit, and chance only shortens them")
    func backsOff() {
        var backoff = Backoff(shortest: .milliseconds(100), longest: .seconds(5))
        let full = (0..<8).map { _ in backoff.next(random: 0.999999) / .milliseconds(1) }
        for (got, wanted) in zip(full, [100, 200, 400, 800, 1600, 3200, 5000, 5000] as [Double]) {
            #expect(abs(got - wanted) < 1)
        }
        #expect(backoff.next(random: 0) == .milliseconds(2500))
        backoff.reset()
        #expect(backoff.next(random: 0) == .milliseconds(100))
    }

    @Test("A latch gives its first value to all who wait, before and after")
    func latches() async throws {
        let latch = Latch<Int>()
        async let first = latch.get()
        async let second = latch.get()
        latch.set(.success(1))
        latch.set(.success(2))
        #expect(try await [first, second, latch.get()] == [1, 1, 1])
    }

    @Test("Waiting at a latch ends when its task is cancelled")
    func cancelsLatch() async {
        let latch = Latch<Int>()
        let task = Task { try await latch.get() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("What takes too long is cancelled")
    func limitsTime() async throws {
        await #expect(throws: DeadlineExceeded.self) {
            try await withDeadline(.milliseconds(10)) { try await Task.sleep(for: .seconds(600)) }
        }
        let value = try await withDeadline(.seconds(600)) { 1 }
        #expect(value == 1)
    }

    @Test("Every counter is part of a sum")
    func sumsStatistics() {
        var one = ProxyStatistics()
        for counter in ProxyStatistics.counters { one[keyPath: counter] = 1 }
        let sum = one + one
        #expect(Mirror(reflecting: sum).children.count == ProxyStatistics.counters.count)
        for (name, value) in Mirror(reflecting: sum).children { #expect(value as? Int == 2, "\(name ?? "")") }
    }
}

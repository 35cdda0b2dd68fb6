import Testing

@testable import Consul

@Suite struct WaitingQueueTests {
    @Test("What came first leaves first, also when much has gone through")
    func fifo() {
        var queue = FIFO<Int>()
        var next = 0
        for number in 0..<1_000 {
            queue.append(number)
            if !number.isMultiple(of: 3) {
                #expect(queue.popFirst() == next)
                next += 1
            }
        }
        while let number = queue.popFirst() {
            #expect(number == next)
            next += 1
        }
        #expect(next == 1_000 && queue.isEmpty)
    }

    @Test("The earliest leaves first, and none before it is due")
    func due() {
        let start = ContinuousClock.now
        var queue = DueQueue<Int>()
        let seconds = (0..<500).map { $0 * 7_919 % 500 }
        for second in seconds { queue.insert(second, at: start + .seconds(second)) }
        #expect(queue.earliest == start)
        #expect(queue.pop(at: start - .seconds(1)) == nil)
        for second in 0..<500 {
            #expect(queue.pop(at: start + .seconds(second)) == second)
            #expect(queue.pop(at: start + .seconds(second)) == nil)
        }
        #expect(queue.earliest == nil)
    }
}

@Suite struct ProbePaceTests {
    private let start = ContinuousClock.now

    /// How many may be asked within `seconds`, when each batch is fetched at its time.
    private func asked(of services: Int, most: Int, within seconds: Int) -> (count: Int, largestBatch: Int) {
        var pace = ProbePace(most: most, shortestRound: .seconds(5), now: start)
        var now = start
        var (count, largest) = (0, 0)
        while now <= start + .seconds(seconds) {
            var batch = 0
            while pace.take(of: services, at: now) { batch += 1 }
            count += batch
            largest = max(largest, batch)
            now = max(pace.next(of: services), now + .microseconds(1))
        }
        return (count, largest)
    }

    @Test("Many services are asked about at the greatest rate, in ten batches a second")
    func many() {
        let (count, batch) = asked(of: 10_000, most: 600, within: 10)
        #expect((5_900...6_060).contains(count), "\(count)")
        #expect(batch == 60)
        #expect(ProbePace(most: 600, shortestRound: .seconds(5), now: start).round(of: 9_000) == .seconds(15))
    }

    @Test("Few are asked about once in the shortest round")
    func few() {
        let (count, batch) = asked(of: 4, most: 600, within: 50)
        #expect((38...41).contains(count), "\(count)")
        #expect(batch == 1)
    }

    @Test("Time that was missed is not made up for")
    func late() {
        var pace = ProbePace(most: 600, shortestRound: .seconds(5), now: start)
        var count = 0
        while pace.take(of: 10_000, at: start + .seconds(60)) { count += 1 }
        #expect(count == 60)
    }
}

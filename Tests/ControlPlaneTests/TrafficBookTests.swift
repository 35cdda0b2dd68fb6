import RoutingModel
import Testing

@testable import ControlPlane

@Suite("What workers report is brought together")
struct TrafficBookTests {
    private let began = ContinuousClock.now
    private let time = Timestamp(milliseconds: 1_000_000_000)

    private static func entry(
        _ requests: Int, route: String = "r", group: String = "g", peer: String = "1", active: Int = 0, number: Int = 1
    ) -> WorkerReport.Traffic {
        WorkerReport.Traffic(
            route: route, group: group, peer: PeerID("n~\(peer)"), requests: requests, statuses: [0, requests],
            failures: [:], retries: 0, active: active, latency: [requests], latencySum: requests, number: number)
    }

    private func report(
        _ entries: [WorkerReport.Traffic], startedAt: Int64 = 1_000_000_000, isWhole: Bool = true
    ) -> WorkerReport {
        WorkerReport(
            startedAt: Timestamp(milliseconds: startedAt), index: 1, isWhole: isWhole, traffic: entries, peers: [])
    }

    @discardableResult
    private func take(
        _ report: WorkerReport, from worker: String = "w", at seconds: Int, _ book: inout TrafficBook
    ) -> Bool {
        book.take(
            report, from: worker, at: time.adding(.seconds(seconds)), clock: began + .seconds(seconds))
    }

    private func requests(
        _ book: TrafficBook, at seconds: Int, within window: Int = 60, route: String = "r"
    ) -> (total: Int, recent: Int) {
        let lines = book.lines(ofRoute: route, within: .seconds(window), at: began + .seconds(seconds)).lines
        return (
            lines.reduce(0) { $0 + $1.total[TrafficCounters.Place.requests] },
            lines.reduce(0) { $0 + $1.recent[TrafficCounters.Place.requests] }
        )
    }

    @Test("counts that grow are counted once, over all workers")
    func growing() {
        var book = TrafficBook(began: began)
        take(report([Self.entry(10)]), at: 5, &book)
        take(report([Self.entry(30)], isWhole: false), at: 10, &book)
        take(report([Self.entry(30)], isWhole: false), at: 15, &book)
        take(report([Self.entry(7)]), from: "other", at: 16, &book)
        #expect(requests(book, at: 20) == (37, 37))
    }

    @Test("a worker that starts anew counts on, and its old process may still have a last word")
    func restart() {
        var book = TrafficBook(began: began)
        take(report([Self.entry(100, active: 5)]), at: 5, &book)
        take(report([Self.entry(3, active: 1)], startedAt: 1_000_006_000), at: 10, &book)
        take(report([Self.entry(110)], isWhole: false), at: 12, &book)
        take(report([Self.entry(8)], startedAt: 1_000_006_000, isWhole: false), at: 15, &book)
        #expect(requests(book, at: 20) == (118, 118))
        let line = book.lines(ofRoute: "r", within: .seconds(60), at: began).lines.first
        #expect(line?.active == 0)
    }

    @Test("a key that a worker had given up counts anew under another number")
    func anotherNumber() {
        var book = TrafficBook(began: began)
        take(report([Self.entry(5)]), at: 5, &book)
        take(report([Self.entry(100, number: 2)], isWhole: false), at: 10, &book)
        #expect(requests(book, at: 10).total == 105)
        // And what is missing in a whole report has been given up.
        take(report([]), at: 20, &book)
        take(report([Self.entry(3, number: 2)], isWhole: false), at: 25, &book)
        #expect(requests(book, at: 25).total == 108)
    }

    @Test("changes of what isn't known are refused, and nothing of them is taken")
    func unknownBase() {
        var book = TrafficBook(began: began)
        #expect(!take(report([Self.entry(5)], isWhole: false), at: 5, &book))
        #expect(requests(book, at: 5) == (0, 0))
        #expect(take(report([Self.entry(5)]), at: 5, &book))
        #expect(take(report([Self.entry(6)], isWhole: false), at: 6, &book))
    }

    @Test("what a worker counted before it was heard of is in the totals, not in the window")
    func oldCounts() {
        var book = TrafficBook(began: began)
        take(report([Self.entry(1_000)], startedAt: 900_000_000), at: 5, &book)
        #expect(requests(book, at: 5) == (1_000, 0))
        take(report([Self.entry(1_010)], startedAt: 900_000_000, isWhole: false), at: 10, &book)
        #expect(requests(book, at: 10) == (1_010, 10))
    }

    @Test("the window moves on, and says what it covers")
    func window() {
        var book = TrafficBook(began: began)
        for second in stride(from: 5, through: 1_000, by: 5) {
            take(report([Self.entry(second)], isWhole: second == 5), at: second, &book)
        }
        let (lines, window) = book.lines(ofRoute: "r", within: .seconds(60), at: began + .seconds(1_004))
        #expect(window.covered == 64)
        #expect(lines.first?.recent[TrafficCounters.Place.requests] == 65)
        #expect(requests(book, at: 1_004, within: 600).recent == 605)
        #expect(requests(book, at: 1_004, within: 10).recent == 15)
        #expect(requests(book, at: 1_200).recent == 0)
        let young = TrafficBook(began: began)
        #expect(young.lines(ofRoute: "r", within: .seconds(60), at: began + .seconds(7)).window.covered == 7)
    }

    @Test("what there is no room for is counted as such, and slots give way")
    func limits() {
        var limits = TrafficBook.Limits()
        limits.keys = 3
        limits.readings = 5
        limits.slotEntries = 4
        var book = TrafficBook(began: began, limits: limits)
        take(report((0..<5).map { Self.entry(1, peer: "\($0)") }), at: 5, &book)
        #expect(book.refused == 2)
        take(report((0..<3).map { Self.entry(1, peer: "\($0)") }), from: "v", at: 5, &book)
        #expect(book.refused == 3)
        #expect(requests(book, at: 5).total == 5)
        for second in [15, 25, 35] {
            take(report((0..<3).map { Self.entry(second, peer: "\($0)") }), at: second, &book)
        }
        #expect(book.slots.count <= 2)
        let (_, window) = book.lines(ofRoute: "r", within: .seconds(60), at: began + .seconds(39))
        #expect(window.covered < 30)
    }

    @Test("what is gone is forgotten in time, and the sums of what stays are not changed by that")
    func forgetting() {
        var book = TrafficBook(began: began)
        take(report([Self.entry(5), Self.entry(6, peer: "2"), Self.entry(7, route: "gone")]), at: 5, &book)
        book.forget(at: began + .seconds(10 * 60)) { $0 == "r" }
        #expect(requests(book, at: 600, route: "gone").total == 7)
        book.forget(at: began + .seconds(20 * 60)) { $0 == "r" }
        #expect(requests(book, at: 1_200, route: "gone").total == 0)
        #expect(book.places.count == 2)

        take(report([Self.entry(5), Self.entry(9, peer: "2")]), at: 86_000, &book)
        book.forget(at: began + .seconds(86_500)) { $0 == "r" }
        let lines = book.lines(ofRoute: "r", within: .seconds(60), at: began + .seconds(86_500)).lines
        #expect(lines.first { $0.key.peer == nil }?.total[TrafficCounters.Place.requests] == 5)
        #expect(lines.first { $0.key.peer != nil }?.total[TrafficCounters.Place.requests] == 9)

        book.forget(at: began + .seconds(200_000)) { _ in true }
        #expect(book.lives.isEmpty)
        #expect(book.readingCount == 0)
        #expect(requests(book, at: 200_000).total == 14)
    }

    @Test("random reports add up to what was really counted, through restarts and lost reports")
    func random() {
        var book = TrafficBook(began: began)
        var counts: [String: [Int: Int]] = [:]
        var started: [String: Int64] = [:]
        var isKnown: [String: Bool] = [:]
        var sum = 0
        for step in 0..<3_000 {
            let worker = ["a", "b", "c"][Int.random(in: 0..<3)]
            let last = step >= 2_990
            if Int.random(in: 0..<50) == 0, !last {
                // Whoever ends in order has told everything.
                if let old = started[worker] {
                    let entries = (counts[worker] ?? [:]).map { Self.entry($0.value, peer: "\($0.key)") }
                    take(report(entries, startedAt: old), from: worker, at: step, &book)
                }
                counts[worker] = nil
                started[worker] = nil
            }
            if started[worker] == nil {
                started[worker] = 1_000_000_000 + Int64(step)
                isKnown[worker] = false
            }
            let peer = Int.random(in: 0..<4)
            counts[worker, default: [:]][peer, default: 0] += 1
            sum += 1
            guard Bool.random() || last else { continue }
            let entries = (counts[worker] ?? [:]).map { Self.entry($0.value, peer: "\($0.key)") }
            let isWhole = isKnown[worker] == false || Bool.random()
            let isTaken = take(
                report(entries, startedAt: started[worker] ?? 0, isWhole: isWhole), from: worker, at: step, &book)
            #expect(isTaken)
            isKnown[worker] = true
        }
        for (worker, peers) in counts {
            take(
                report(peers.map { Self.entry($0.value, peer: "\($0.key)") }, startedAt: started[worker] ?? 0),
                from: worker, at: 3_000, &book)
        }
        #expect(requests(book, at: 3_000).total == sum)
    }
}

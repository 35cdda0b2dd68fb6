import NIOCore
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite("Checks are spread over the interval, and snapshots don't disturb them")
struct CheckScheduleTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func targets(
        _ count: Int, port: Int = 80, check: ActiveHealth = ActiveHealth(interval: .seconds(5))
    ) -> [CheckTarget] {
        let peers = (0..<count).map {
            SnapshotPeer(id: PeerID("node~\($0)"), address: "10.0.0.1", port: port, weight: 1)
        }
        let group = SnapshotGroup(
            policy: .roundRobin, peers: peers, settings: GroupSettings(health: HealthPolicy(active: check)))
        return CheckTarget.all(of: "star", group)
    }

    /// When each peer is checked until `end`; every check takes a millisecond.
    private func run(_ schedule: inout CheckSchedule, until end: NIODeadline) -> [PeerID: [NIODeadline]] {
        var times: [PeerID: [NIODeadline]] = [:]
        while let next = schedule.next, next < end {
            guard let ticket = schedule.take(at: next) else { continue }
            times[ticket.target.peer.id, default: []].append(next)
            _ = schedule.finished(ticket, at: next + .milliseconds(1))
        }
        return times
    }

    @Test("the first round takes the whole interval, further ones come an interval later, a tenth more or less")
    func spread() throws {
        var schedule = CheckSchedule(seed: 1)
        schedule.follow("star", targets(1_000), at: start)
        let times = run(&schedule, until: start + .seconds(30))
        #expect(times.count == 1_000)
        for tenth in 0..<10 {
            let from = start + .milliseconds(Int64(tenth) * 500)
            let first = times.values.count { $0[0] >= from && $0[0] < from + .milliseconds(500) }
            #expect((60...140).contains(first))
        }
        for moments in times.values {
            for (before, after) in zip(moments, moments.dropFirst()) {
                #expect((4_500_000_000...5_500_000_000).contains((after - before).nanoseconds))
            }
        }
    }

    @Test("peers that stay keep their time; new ones are spread, and those that are gone are not checked")
    func follows() {
        var schedule = CheckSchedule(seed: 2)
        var same = CheckSchedule(seed: 2)
        schedule.follow("star", targets(10), at: start)
        same.follow("star", targets(10), at: start)
        let later = start + .milliseconds(100)
        schedule.follow("star", Array(targets(10).prefix(5)), at: later)
        let few = run(&schedule, until: start + .seconds(5))
        let all = run(&same, until: start + .seconds(5))
        #expect(Set(few.keys) == Set((0..<5).map { PeerID("node~\($0)") }))
        for (peer, times) in few { #expect(times.first == all[peer]?.first) }
        schedule.follow("star", [], at: later)
        #expect(schedule.isEmpty)
        let none = run(&schedule, until: start + .seconds(60))
        #expect(none.isEmpty)
    }

    @Test("a check that goes on when its peer is gone, or elsewhere, doesn't count")
    func late() throws {
        var schedule = CheckSchedule(seed: 3)
        schedule.follow("star", targets(1), at: start)
        let now = start + .seconds(5)
        let first = schedule.take(at: now)
        let more = schedule.take(at: now)
        #expect(more?.target == nil)
        schedule.follow("star", targets(1, port: 81), at: now)
        let firstCounts = schedule.finished(try #require(first), at: now)
        #expect(!firstCounts)
        let again = schedule.take(at: now + .seconds(5))
        let second = try #require(again)
        #expect(second.target.peer.port == 81)
        let secondCounts = schedule.finished(second, at: now + .seconds(20))
        #expect(secondCounts)
        // It took longer than the interval: the next one is due at once.
        #expect(schedule.next == now + .seconds(20))
    }

    @Test("another question is asked when the old one would have been")
    func otherQuestion() throws {
        var schedule = CheckSchedule(seed: 4)
        schedule.follow("star", targets(1), at: start)
        let next = try #require(schedule.next)
        let check = ActiveHealth(http: .init(path: "/ok"), interval: .seconds(5))
        schedule.follow("star", targets(1, check: check), at: start + .seconds(1))
        #expect(schedule.next == next)
        let ticket = schedule.take(at: next)
        #expect(ticket?.target.check == check)
    }
}

import NIOCore
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite("The board tells loops who is out, and remembers it across snapshots")
struct HealthBoardTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let one = PeerID("n~1")
    private let two = PeerID("n~2")
    private let passive = HealthPolicy(passive: PassiveHealth(consecutiveFailures: 2))

    private func board(_ groups: [String: SnapshotGroup]) -> (HealthBoard, ChangeLog) {
        let board = HealthBoard()
        board.follow(SnapshotUpdate(groups: groups), at: start)
        return (board, ChangeLog(board))
    }

    @Test("out, on trial, back")
    func life() {
        let (board, log) = board(["star": .health([1, 2, 3])])
        board.failed(group: "star", peer: one, cause: .connect, at: start)
        #expect(log.take() == ["star/n~1 out"])
        board.due(at: start + .milliseconds(900))
        #expect(log.take() == [])
        board.due(at: start + .seconds(1))
        #expect(log.take() == ["star/n~1 trial"])
        #expect(board.tried(group: "star", peer: one, at: start + .seconds(1)))
        #expect(!board.tried(group: "star", peer: one, at: start + .seconds(1)))
        #expect(log.take() == ["star/n~1 out"])
        board.succeeded(group: "star", peer: one, at: start + .seconds(1))
        #expect(log.take() == ["star/n~1 in"])
        #expect(board.verdict(group: "star", peer: one)?.health == .healthy)
        board.due(at: start + .seconds(90))
        #expect(board.verdict(group: "star", peer: one) == nil)
        #expect(log.take() == [])
    }

    @Test("a peer is ejected from one group, not from others")
    func groups() {
        let (board, log) = board(["a": .health([1, 2]), "b": .health([1, 2])])
        board.failed(group: "a", peer: one, cause: .connect, at: start)
        #expect(log.take() == ["a/n~1 out"])
        #expect(board.verdict(group: "b", peer: one) == nil)
    }

    @Test("what comes of peers or groups that the snapshot doesn't have is passed over")
    func strangers() {
        let (board, log) = board(["star": .health([1, 2])])
        board.failed(group: "star", peer: PeerID("n~9"), cause: .connect, at: start)
        board.failed(group: "moon", peer: one, cause: .connect, at: start)
        #expect(board.tried(group: "moon", peer: one, at: start))
        #expect(log.take() == [])
        #expect(board.states(at: start).isEmpty)
    }

    @Test("a snapshot that has the group anew says again who is out, and ends nothing")
    func snapshot() {
        let (board, log) = board(["star": .health([1, 2, 3]), "moon": .health([1, 2])])
        board.failed(group: "star", peer: one, cause: .connect, at: start)
        board.failed(group: "moon", peer: two, cause: .connect, at: start)
        _ = log.take()
        board.follow(
            SnapshotUpdate(groups: ["star": .health([1, 2]), "moon": .health([1, 2])], changed: ["star"]), at: start)
        #expect(log.take() == ["star/n~1 out"])
        #expect(board.standing.count == 2)
    }

    @Test("a peer that is gone for a while comes back with the ejection that hasn't ended")
    func goneAndBack() {
        let group = SnapshotGroup.health([1, 2, 3], passive)
        let (board, log) = board(["star": group])
        for _ in 0..<2 { board.failed(group: "star", peer: one, cause: .reset, at: start) }
        #expect(log.take() == ["star/n~1 out"])
        let without = SnapshotGroup.health([2, 3], passive, ids: ["n~2", "n~3"])
        board.follow(SnapshotUpdate(groups: ["star": without]), at: start + .seconds(1))
        #expect(log.take() == [])
        #expect(board.states(at: start).isEmpty)
        board.follow(SnapshotUpdate(groups: ["star": group]), at: start + .seconds(5))
        #expect(log.take() == ["star/n~1 out"])
        board.due(at: start + .seconds(10))
        #expect(log.take() == ["star/n~1 trial"])
    }

    @Test("the same holds for a group that is gone for a while; after an hour all is forgotten")
    func groupGone() {
        let policy = HealthPolicy(
            passive: PassiveHealth(
                consecutiveFailures: 1, ejectionTime: .seconds(9_000), maxEjectionTime: .seconds(9_000)))
        let group = SnapshotGroup.health([1, 2], policy)
        let (board, log) = board(["star": group])
        board.failed(group: "star", peer: one, cause: .reset, at: start)
        board.follow(SnapshotUpdate(groups: [:]), at: start)
        board.follow(SnapshotUpdate(groups: ["star": group]), at: start + .minutes(50))
        #expect(log.take() == ["star/n~1 out", "star/n~1 out"])
        board.follow(SnapshotUpdate(groups: [:]), at: start + .minutes(60))
        board.due(at: start + .minutes(121))
        board.follow(SnapshotUpdate(groups: ["star": group]), at: start + .minutes(122))
        #expect(log.take() == [])
    }

    @Test("a peer that has moved is another one")
    func moved() {
        let (board, log) = board(["star": .health([1, 2])])
        board.failed(group: "star", peer: one, cause: .connect, at: start)
        board.follow(SnapshotUpdate(groups: ["star": .health([81, 2])]), at: start)
        #expect(log.take() == ["star/n~1 out", "star/n~1 in"])
        board.failed(group: "star", peer: one, cause: .connect, at: start)
        board.follow(SnapshotUpdate(groups: ["star": .health([], nil)]), at: start)
        board.follow(SnapshotUpdate(groups: ["star": .health([82, 2])]), at: start)
        #expect(log.take() == ["star/n~1 out"])
        #expect(board.verdict(group: "star", peer: one) == nil)
    }

    @Test("a policy that changes counts from then on; checks that end bring back whom they took out")
    func policies() {
        let checked = HealthPolicy(active: ActiveHealth(unhealthyAfter: 2))
        let (board, log) = board(["star": .health([1, 2], checked)])
        board.checked(group: "star", peer: one, .failed("status 500"), at: start)
        board.follow(
            SnapshotUpdate(groups: ["star": .health([1, 2], HealthPolicy(active: ActiveHealth(unhealthyAfter: 3)))]),
            at: start)
        board.checked(group: "star", peer: one, .failed("status 500"), at: start)
        #expect(log.take() == [])
        board.checked(group: "star", peer: one, .failed("status 500"), at: start)
        #expect(log.take() == ["star/n~1 out"])
        board.follow(SnapshotUpdate(groups: ["star": .health([1, 2], passive)]), at: start)
        #expect(log.take() == ["star/n~1 in"])
        board.failed(group: "star", peer: one, cause: .connect, at: start)
        #expect(log.take() == [])
        board.failed(group: "star", peer: one, cause: .connect, at: start)
        #expect(log.take() == ["star/n~1 out"])
    }

    @Test("checks and requests both count: a peer is in when neither speaks against it")
    func both() {
        let policy = HealthPolicy(
            passive: PassiveHealth(consecutiveFailures: 1), active: ActiveHealth(healthyAfter: 1, unhealthyAfter: 1))
        let (board, log) = board(["star": .health([1, 2, 3, 4], policy)])
        board.failed(group: "star", peer: one, cause: .reset, at: start)
        board.checked(group: "star", peer: one, .failed("connection refused"), at: start)
        #expect(log.take() == ["star/n~1 out"])
        #expect(board.verdict(group: "star", peer: one)?.health == .unhealthy)
        board.due(at: start + .seconds(10))
        #expect(log.take() == [])
        #expect(!board.tried(group: "star", peer: one, at: start + .seconds(10)))
        board.checked(group: "star", peer: one, .passed, at: start + .seconds(11))
        #expect(log.take() == ["star/n~1 trial"])
        #expect(board.verdict(group: "star", peer: one)?.health == .ejected)
        board.succeeded(group: "star", peer: one, at: start + .seconds(12))
        #expect(log.take() == ["star/n~1 in"])
    }

    @Test("the report has those that are out first, with times of the day")
    func report() throws {
        let policy = HealthPolicy(passive: PassiveHealth(consecutiveFailures: 1), active: ActiveHealth())
        let (board, _) = board(["star": .health([1, 2, 3, 4], policy)])
        board.checked(group: "star", peer: two, .passed, at: start)
        board.failed(group: "star", peer: one, cause: .tryTimeout, at: start + .seconds(2))
        let clock = Timestamp(milliseconds: 1_000_000)
        let states = board.states(at: start + .seconds(3), clock: clock)
        #expect(
            states == [
                WorkerReport.PeerState(
                    group: "star", peer: one, health: .ejected, reason: "A request failed (try_timeout).",
                    since: clock.adding(.seconds(-1)), until: clock.adding(.seconds(9))),
                WorkerReport.PeerState(
                    group: "star", peer: two, health: .healthy, reason: "Its checks pass.",
                    since: clock.adding(.seconds(-3))),
            ])
    }

    @Test("a report has everybody that is out, and a thousand of the others at most")
    func largeReport() {
        let policy = HealthPolicy(active: ActiveHealth(unhealthyAfter: 1))
        let ids = (0..<3_000).map { "n~\(10_000 + $0)" }
        let (board, _) = board(["star": .health(Array(1...3_000), policy, ids: ids)])
        for id in ids { board.checked(group: "star", peer: PeerID(id), .passed, at: start) }
        board.checked(group: "star", peer: PeerID("n~12345"), .failed("status 500"), at: start)
        var states = board.states(at: start)
        #expect(states.count == 1_001)
        #expect(states.first?.peer == PeerID("n~12345"))
        for id in ids.prefix(1_500) {
            board.checked(group: "star", peer: PeerID(id), .failed("status 500"), at: start + .seconds(1))
        }
        states = board.states(at: start + .seconds(1))
        #expect(states.count == 2_501)
        #expect(states.prefix(1_501).allSatisfy { $0.health == .unhealthy })
        #expect(states.dropFirst(1_501).allSatisfy { $0.health == .healthy })
    }

    @Test("when thousands go out one after the other, every report names all of them")
    func growingReport() {
        let policy = HealthPolicy(active: ActiveHealth(unhealthyAfter: 1))
        let ids = (0..<3_000).map { "n~\(10_000 + $0)" }
        let (board, _) = board(["star": .health(Array(1...3_000), policy, ids: ids)])
        var before: Set<PeerID> = []
        for (number, id) in ids.enumerated() {
            let now = start + .seconds(Int64(number))
            board.checked(group: "star", peer: PeerID(id), .failed("status 500"), at: now)
            guard (number + 1).isMultiple(of: 500) else { continue }
            let out = Set(board.states(at: now).filter { $0.health != .healthy }.map(\.peer))
            #expect(out.count == number + 1)
            #expect(out.isSuperset(of: before))
            before = out
        }
    }
}

import NIOCore
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite struct PeerPenaltyTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let peer = PeerID("node~one")

    private func penalty() -> PeerPenalty {
        PeerPenalty(shortest: .seconds(1), longest: .seconds(10), probeTime: .seconds(2))
    }

    @Test("A peer is passed over for a second, then for twice as long each time, at most ten")
    func doubles() {
        var penalty = penalty()
        var now = start
        for length: Int64 in [1, 2, 4, 8, 10, 10] {
            penalty.failed(peer, at: now)
            #expect(penalty.skipped(at: now) == [peer])
            #expect(penalty.skipped(at: now + .seconds(length) - .nanoseconds(1)) == [peer])
            #expect(penalty.skipped(at: now + .seconds(length)) == [])
            now = now + .seconds(length)
        }
    }

    @Test("A success forgets it all")
    func forgets() {
        var penalty = penalty()
        #expect(penalty.isEmpty)
        penalty.failed(peer, at: start)
        penalty.failed(peer, at: start)
        #expect(!penalty.isEmpty)
        penalty.succeeded(peer)
        #expect(penalty.isEmpty)
        penalty.failed(peer, at: start)
        #expect(penalty.skipped(at: start + .seconds(1)) == [])
    }

    @Test("One request at a time finds out whether it is back")
    func probes() {
        var penalty = penalty()
        penalty.failed(peer, at: start)
        let later = start + .seconds(1)
        #expect(penalty.skipped(at: later) == [])
        penalty.tried(peer, at: later)
        #expect(penalty.skipped(at: later) == [peer])
        #expect(penalty.skipped(at: later + .seconds(2)) == [])
    }

    @Test("Trying a peer that has no penalty, or whose time isn't over, changes nothing")
    func ignoresOthers() {
        var penalty = penalty()
        penalty.tried(peer, at: start)
        #expect(penalty.isEmpty)
        penalty.failed(peer, at: start)
        penalty.tried(peer, at: start)
        #expect(penalty.skipped(at: start + .seconds(1)) == [])
    }

    @Test("Peers that are gone don't pile up")
    func staysSmall() {
        var penalty = penalty()
        for number in 0..<1000 {
            penalty.failed(PeerID("node~\(number)"), at: start + .seconds(Int64(number)))
        }
        #expect(penalty.skipped(at: start).count <= 65)
    }
}

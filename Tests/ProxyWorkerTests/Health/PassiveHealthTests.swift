import NIOCore
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite("What becomes of a peer's requests ejects it, and brings it back")
struct PassiveHealthTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let one = PeerID("node~1")
    private let two = PeerID("node~2")

    private func state(_ policy: PassiveHealth?, peers: Int = 4) -> PassiveHealthState {
        PassiveHealthState(rules: PassiveRules(policy), peerCount: peers, probeTime: .seconds(2))
    }

    private func until(_ state: PassiveHealthState, _ peer: PeerID) -> NIODeadline? {
        if case .ejected(let until) = state.records[peer]?.phase { until } else { nil }
    }

    private func expectTried(
        _ state: inout PassiveHealthState, _ peer: PeerID, at now: NIODeadline, _ expected: Bool = true,
        _ place: SourceLocation = #_sourceLocation
    ) {
        let may = state.tried(peer, at: now)
        #expect(may == expected, sourceLocation: place)
    }

    /// Lets the ejection of `peer` end, and takes its trial.
    private func toTrial(_ state: inout PassiveHealthState, _ peer: PeerID, at now: NIODeadline) {
        #expect(state.due(at: now) == [peer])
        state.advance(peer, at: now)
        expectTried(&state, peer, at: now)
    }

    @Test("without a policy a connection that fails ejects for a second, each further one for twice as long up to ten")
    func standard() {
        var state = state(nil)
        var now = start
        for length: Int64 in [1, 2, 4, 8, 10, 10] {
            state.failed(one, .connect, at: now)
            #expect(until(state, one) == now + .seconds(length))
            #expect(state.due(at: now + .seconds(length) - .nanoseconds(1)).isEmpty)
            now = now + .seconds(length)
            toTrial(&state, one, at: now)
        }
        state.connected(one, at: now)
        #expect(state.records.isEmpty && state.ejected.isEmpty)
        state.failed(one, .connectTimeout, at: now)
        #expect(until(state, one) == now + .seconds(1))
    }

    @Test("without a policy nothing but connections counts, and all peers may be out")
    func standardCounts() {
        var state = state(nil, peers: 2)
        for cause in ProxyFailure.allCases where !cause.isConnect { state.failed(one, cause, at: start) }
        state.answered5xx(one, at: start)
        #expect(state.records.isEmpty)
        state.failed(one, .connect, at: start)
        state.failed(two, .connect, at: start)
        #expect(state.ejected == [one, two])
    }

    @Test("failures of requests that were under way when the peer was ejected change nothing")
    func late() {
        var state = state(nil)
        for _ in 0..<10 { state.failed(one, .connect, at: start) }
        #expect(until(state, one) == start + .seconds(1))
    }

    @Test("failures in a row eject; a success in between starts the row anew")
    func consecutive() {
        var state = state(PassiveHealth(consecutiveFailures: 3))
        for cause in [ProxyFailure.reset, .responseTimeout] { state.failed(one, cause, at: start) }
        state.succeeded(one, at: start)
        #expect(state.records.isEmpty)
        for cause in [ProxyFailure.connect, .truncated] { state.failed(one, cause, at: start) }
        #expect(state.ejected.isEmpty)
        state.failed(one, .malformed, at: start)
        #expect(until(state, one) == start + .seconds(10))
        #expect(state.records[one]?.reason == "3 requests in a row failed, the last one by malformed.")
    }

    @Test("what doesn't blame the peer isn't counted")
    func blameless() {
        var state = state(PassiveHealth(consecutiveFailures: 1))
        for cause in [ProxyFailure.clientAbort, .overload, .noPeer, .totalTimeout, .idleTimeout, .status503] {
            state.failed(one, cause, at: start)
        }
        #expect(state.records.isEmpty)
    }

    @Test("responses of 500 and above have a row of their own, and show that the peer can be reached")
    func serverErrors() {
        var state = state(PassiveHealth(consecutiveFailures: 2, consecutive5xx: 3))
        state.failed(one, .reset, at: start)
        state.answered5xx(one, at: start)
        state.failed(one, .reset, at: start)
        #expect(state.ejected.isEmpty)
        state.answered5xx(one, at: start)
        state.answered5xx(one, at: start)
        #expect(state.ejected == [one])
        #expect(state.records[one]?.reason == "3 responses in a row had a status of 500 or above.")
    }

    @Test("with consecutive_5xx 0 such responses are as good as any")
    func serverErrorsOff() {
        var state = state(PassiveHealth(consecutiveFailures: 2))
        state.failed(one, .reset, at: start)
        for _ in 0..<10 { state.answered5xx(one, at: start) }
        state.failed(one, .reset, at: start)
        #expect(state.ejected.isEmpty)
    }

    @Test("the n-th ejection in a row is n times as long, up to the longest")
    func growth() {
        let policy = PassiveHealth(
            consecutiveFailures: 2, ejectionTime: .seconds(10), maxEjectionTime: .seconds(35))
        var state = state(policy)
        var now = start
        state.failed(one, .reset, at: now)
        for length: Int64 in [10, 20, 30, 35, 35] {
            state.failed(one, .reset, at: now)
            #expect(until(state, one) == now + .seconds(length))
            now = now + .seconds(length)
            toTrial(&state, one, at: now)
        }
    }

    @Test("ejections count as in a row until the peer has been back for their time")
    func forgiving() {
        var state = state(PassiveHealth(consecutiveFailures: 1, ejectionTime: .seconds(10)))
        var now = start
        func eject(_ length: Int64) {
            state.failed(one, .reset, at: now)
            #expect(until(state, one) == now + .seconds(length))
            now = now + .seconds(length)
            toTrial(&state, one, at: now)
            state.succeeded(one, at: now)
            #expect(state.ejected.isEmpty)
        }
        eject(10)
        eject(20)
        now = now + .seconds(5)
        eject(30)
        // One is forgiven after ten seconds, the second after twenty.
        now = now + .seconds(25)
        eject(20)
        now = now + .seconds(20)
        #expect(state.due(at: now) == [one])
        state.advance(one, at: now)
        #expect(state.records.isEmpty)
    }

    @Test("when its time is over one request at a time tries the peer")
    func trial() {
        var state = state(PassiveHealth(consecutiveFailures: 1))
        state.failed(one, .reset, at: start)
        expectTried(&state, one, at: start, false)
        let end = start + .seconds(10)
        state.advance(one, at: end)
        expectTried(&state, one, at: end)
        expectTried(&state, one, at: end, false)
        expectTried(&state, one, at: end + .seconds(2) - .nanoseconds(1), false)
        // Nothing came of it: the next one.
        #expect(state.due(at: end + .seconds(2)) == [one])
        state.advance(one, at: end + .seconds(2))
        expectTried(&state, one, at: end + .seconds(2))
        state.succeeded(one, at: end + .seconds(3))
        #expect(state.ejected.isEmpty)
        expectTried(&state, one, at: end + .seconds(3))
        expectTried(&state, two, at: end)
    }

    @Test("a success of a request that was sent before the ejection doesn't end it")
    func oldSuccess() {
        var state = state(PassiveHealth(consecutiveFailures: 1))
        state.failed(one, .reset, at: start)
        state.succeeded(one, at: start + .seconds(1))
        state.answered5xx(one, at: start + .seconds(1))
        state.connected(one, at: start + .seconds(1))
        #expect(state.ejected == [one])
    }

    @Test("a trial that nobody makes ends by itself")
    func idleTrial() {
        var state = state(nil)
        state.failed(one, .connect, at: start)
        state.advance(one, at: start + .seconds(1))
        #expect(state.nextDue == start + .seconds(61))
        state.advance(one, at: start + .seconds(61))
        #expect(state.ejected.isEmpty)
    }

    @Test(
        "at most the share is ejected, but one of several always, and the last one never",
        arguments: [(1, 50, 0), (2, 50, 1), (2, 10, 1), (2, 100, 1), (4, 50, 2), (5, 50, 2), (10, 30, 3), (3, 100, 2)])
    func share(peers: Int, percent: Int, allowed: Int) {
        var state = state(
            PassiveHealth(consecutiveFailures: 1, maxEjected: Percent(clamping: percent * 100)), peers: peers)
        for number in 1...peers { state.failed(PeerID("node~\(number)"), .reset, at: start) }
        #expect(state.ejected.count == allowed)
    }

    @Test("those who are out for other reasons count where the last one is spared")
    func unhealthyOthers() {
        let policy = PassiveHealth(consecutiveFailures: 1, maxEjected: .whole)
        var state = state(policy, peers: 3)
        state.failed(one, .reset, unhealthy: [two], at: start)
        #expect(state.ejected == [one])
        state.failed(PeerID("node~3"), .reset, unhealthy: [two], at: start)
        #expect(state.ejected == [one])
        // It has been told already that it is out.
        state.failed(two, .reset, unhealthy: [two], at: start)
        #expect(state.ejected == [one, two])
    }
}

import NIOCore
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite("Checks in a row decide whether a peer is well")
struct ActiveHealthTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let peer = PeerID("node~1")

    @Test("a peer is well until as many checks in a row have failed, and out until as many have passed")
    func thresholds() {
        var state = ActiveHealthState(ActiveHealth(healthyAfter: 2, unhealthyAfter: 3))
        func check(_ outcome: CheckOutcome, _ isUnhealthy: Bool) {
            state.checked(peer, outcome, at: start)
            #expect(state.unhealthy.contains(peer) == isUnhealthy)
        }
        check(.failed("status 500"), false)
        check(.failed("status 500"), false)
        check(.passed, false)
        check(.failed("status 500"), false)
        check(.failed("status 500"), false)
        check(.failed("connection refused"), true)
        #expect(
            state.records[peer]?.reason == "3 checks in a row failed, the last one: connection refused.")
        check(.passed, true)
        check(.failed("status 500"), true)
        check(.passed, true)
        check(.passed, false)
        #expect(state.records[peer]?.reason == "2 checks in a row passed.")
    }

    @Test("since when is when it changed")
    func since() {
        var state = ActiveHealthState(ActiveHealth(healthyAfter: 1, unhealthyAfter: 1))
        state.checked(peer, .passed, at: start)
        state.checked(peer, .passed, at: start + .seconds(5))
        #expect(state.records[peer]?.since == start)
        state.checked(peer, .failed("status 500"), at: start + .seconds(10))
        state.checked(peer, .failed("status 502"), at: start + .seconds(15))
        #expect(state.records[peer]?.since == start + .seconds(10))
    }
}

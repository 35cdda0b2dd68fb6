import NIOCore
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite("Whatever happens, ejections keep to their rules")
struct PassiveHealthPropertyTests {
    @Test("at most the share is ejected, never all, for no longer than allowed, and one request at a time tries")
    func invariants() {
        for seed in 0..<200 {
            var random = SmallRandom(seed: UInt64(seed))
            let peers = random.below(7) + 1
            let policy = PassiveHealth(
                consecutiveFailures: random.below(3) + 1, consecutive5xx: random.below(3),
                ejectionTime: .seconds(Int64(random.below(5) + 1)), maxEjectionTime: .seconds(12),
                maxEjected: Percent(clamping: random.below(10_001)))
            var state = PassiveHealthState(
                rules: PassiveRules(policy), peerCount: peers, probeTime: .seconds(1))
            let limit = state.rules.limit(of: peers)
            var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
            var trials: [PeerID: NIODeadline] = [:]
            for _ in 0..<400 {
                let peer = PeerID("node~\(random.below(peers))")
                switch random.below(8) {
                case 0...2: state.failed(peer, .reset, at: now)
                case 3: state.answered5xx(peer, at: now)
                case 4: state.succeeded(peer, at: now)
                case 5:
                    let isOnTrial = if case .trial = state.records[peer]?.phase { true } else { false }
                    if state.tried(peer, at: now), isOnTrial {
                        if let last = trials[peer] { #expect(now >= last) }
                        trials[peer] = now + .seconds(1)
                    }
                case 6:
                    for peer in state.due(at: now) { state.advance(peer, at: now) }
                default: now = now + .milliseconds(Int64(random.below(4_000)))
                }
                if case .trial(_, .some) = state.records[peer]?.phase {} else { trials[peer] = nil }
                #expect(state.ejected.count <= limit && (peers == 1 || limit < peers))
                #expect(state.ejected == Set(state.records.filter { $0.value.isEjected }.keys))
                for record in state.records.values {
                    if case .ejected(let until) = record.phase { #expect(until <= now + .seconds(12)) }
                }
            }
            // Left alone everybody is back, and forgotten, unless failures wait for more of them.
            for _ in 0..<50 {
                now = now + .seconds(61)
                for peer in state.due(at: now) { state.advance(peer, at: now) }
            }
            #expect(state.ejected.isEmpty)
        }
    }
}

/// SplitMix64, so that a failure can be had again.
struct SmallRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
}

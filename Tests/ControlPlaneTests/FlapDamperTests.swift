import RoutingModel
import Testing

@testable import ControlPlane

@Suite("A peer that comes and goes too often is kept out until it has been calm")
struct FlapDamperTests {
    private static let peer = FlapDamper.Peer(service: ServiceKey(name: "star"), id: PeerID("n1~s1"))
    private static let start = ContinuousClock.now

    private static func time(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    /// A damper whose peer changed at these seconds, and what the last change gave.
    private static func changed(
        at seconds: [Double], _ policy: FlapPolicy = FlapPolicy()
    ) -> (FlapDamper, FlapDamper.Penalty?) {
        var damper = FlapDamper(policy: policy)
        var last: FlapDamper.Penalty?
        for second in seconds { last = damper.changed(peer, at: time(second)) }
        return (damper, last)
    }

    private static func seconds(_ instant: ContinuousClock.Instant) -> Double { (instant - start) / .seconds(1) }

    @Test("six changes in a minute are taken as they come; the seventh is one too many")
    func threshold() throws {
        #expect(Self.changed(at: [0, 1, 2, 3, 4, 5]).1 == nil)
        let (damper, penalty) = Self.changed(at: [0, 1, 2, 3, 4, 5, 6])
        let found = try #require(penalty)
        #expect(found.changes == 7)
        #expect(found.since == Self.time(0))
        // From 7 to 3 with a half-life of 30 s.
        #expect(abs(Self.seconds(found.until) - 6 - 36.67) < 0.01)
        #expect(damper.nextRelease == found.until)
    }

    @Test("changes that are further apart never count up")
    func calmEnough() {
        #expect(Self.changed(at: (0..<100).map { Double($0) * 10.1 }).1 == nil)
    }

    @Test("each change while it is kept out keeps it out for longer, up to a limit")
    func prolonged() throws {
        let first = try #require(Self.changed(at: [0, 0, 0, 0, 0, 0, 0]).1)
        let second = try #require(Self.changed(at: [0, 0, 0, 0, 0, 0, 0, 10]).1)
        #expect(second.until > first.until)
        #expect(second.changes == 8)
        let (_, last) = Self.changed(at: Array(repeating: 0, count: 500))
        // The penalty is 12 at most: two half-lives above 3.
        #expect(abs(Self.seconds(try #require(last).until) - 60) < 0.01)
    }

    @Test("when its time has come it is let go, once")
    func released() throws {
        var (damper, penalty) = Self.changed(at: [0, 1, 2, 3, 4, 5, 6])
        let until = try #require(penalty).until
        #expect(damper.release(at: until - .milliseconds(1)).isEmpty)
        #expect(damper.release(at: until) == [Self.peer])
        #expect(damper.release(at: until).isEmpty)
        #expect(damper.nextRelease == nil)
        // It has to come and go again and again before it is kept out anew.
        #expect(damper.changed(Self.peer, at: until + .seconds(60)) == nil)
    }

    @Test("reset forgets all that it did; so does forgetting the service")
    func reset() {
        var (damper, _) = Self.changed(at: [0, 1, 2, 3, 4, 5, 6])
        var other = damper
        damper.reset(Self.peer)
        other.forget(Self.peer.service)
        for var damper in [damper, other] {
            #expect(damper.penalties.isEmpty)
            for second in 7...12 { #expect(damper.changed(Self.peer, at: Self.time(Double(second))) == nil) }
        }
    }

    @Test("with 0 changes it is off; with 1 the second is one too many")
    func limits() {
        #expect(Self.changed(at: Array(repeating: 0, count: 50), FlapPolicy(changes: 0)).1 == nil)
        #expect(Self.changed(at: [0], FlapPolicy(changes: 1)).1 == nil)
        #expect(Self.changed(at: [0, 1], FlapPolicy(changes: 1)).1 != nil)
    }

    @Test("peers are told apart by service and id")
    func apart() {
        var (damper, _) = Self.changed(at: [0, 1, 2, 3, 4, 5])
        let namesake = FlapDamper.Peer(service: ServiceKey(name: "star", datacenter: "eu"), id: Self.peer.id)
        #expect(damper.changed(namesake, at: Self.time(6)) == nil)
        #expect(damper.changed(Self.peer, at: Self.time(6)) != nil)
        #expect(Array(damper.penalties.keys) == [Self.peer])
    }
}

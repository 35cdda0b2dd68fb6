import RoutingModel
import Testing

@testable import ControlPlane

@Suite("What is held of Consul's answers, and what is believed")
struct DiscoveryGuardTests {
    private static let star = ServiceKey(name: "star")
    private static let start = ContinuousClock.now

    /// A service with two instances, believed at index 100.
    private static func known(_ name: String = "star", datacenter: String = "") -> CatalogService {
        let instances = [Instance.star(1), .star(2)]
        return CatalogService(
            key: ServiceKey(name: name, datacenter: datacenter), watch: WatchStatus(state: .fresh, consulIndex: 100),
            instances: Dictionary(instances.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
    }

    private static func answer(
        _ count: Int, index: UInt64 = 101, of key: ServiceKey = star
    ) -> ServiceObservation {
        ServiceObservation(
            key: key, at: Timestamp(milliseconds: 1_000),
            outcome: .answer(consulIndex: index, instances: (0..<count).map { .star($0 + 1) }, skipped: []))
    }

    /// A guard that has asked a second time about an answer without instances, and the number of that question.
    private static func asking(
        _ policy: GuardPolicy = GuardPolicy(), _ services: [CatalogService] = [known()], about key: ServiceKey = star
    ) -> (DiscoveryGuard, Int) {
        var discoveryGuard = DiscoveryGuard(policy: policy)
        for service in services { discoveryGuard.knows(service) }
        let number = ask(&discoveryGuard, about: key)
        return (discoveryGuard, number)
    }

    private static func ask(_ discoveryGuard: inout DiscoveryGuard, about key: ServiceKey) -> Int {
        let actions = discoveryGuard.observed(answer(0, of: key), alarm: "empty it")
        guard case .ask(key, let number) = actions.first, actions.count == 1 else { return -1 }
        return number
    }

    private static func held(_ actions: [DiscoveryGuard.Action]) -> [(key: ServiceKey, held: HeldAnswer, isNew: Bool)] {
        actions.compactMap { if case .hold(let key, let held, let isNew) = $0 { (key, held, isNew) } else { nil } }
    }

    @Test("what takes nothing away is believed at once, and so is what every failure says")
    func believed() {
        var discoveryGuard = DiscoveryGuard(policy: GuardPolicy())
        let failure = ServiceObservation(key: Self.star, at: .now(), outcome: .failure(reason: "refused"))
        #expect(discoveryGuard.observed(Self.answer(2), alarm: nil) == [.believe(Self.answer(2))])
        #expect(discoveryGuard.observed(failure, alarm: nil) == [.believe(failure)])
        #expect(discoveryGuard.isCalm)
    }

    @Test("confirmed by the leader, with the catalogue intact, it is believed")
    func confirmed() {
        var (discoveryGuard, number) = Self.asking()
        let actions = discoveryGuard.confirmed(
            Self.star, number: number, DiscoveryConfirmation(observation: Self.answer(0), catalogue: ["consul"]),
            alarm: "empty it", known: Self.known(), at: Self.start)
        #expect(actions == [.believe(Self.answer(0))])
        #expect(discoveryGuard.isCalm)
    }

    @Test("when the leader disagrees, its answer is believed, and it is told that there was another")
    func refuted() {
        var (discoveryGuard, number) = Self.asking()
        let actions = discoveryGuard.confirmed(
            Self.star, number: number, DiscoveryConfirmation(observation: Self.answer(2)), alarm: nil,
            known: Self.known(), at: Self.start)
        #expect(
            actions == [
                .refute(
                    Self.star,
                    cause: "An answer that would empty it was not confirmed: the leader still lists 2 instances."),
                .believe(Self.answer(2)),
            ])
        // A server that lags for long is told of once a minute.
        for (seconds, told) in [(59, false), (60, true)] {
            let again = Self.ask(&discoveryGuard, about: Self.star)
            let actions = discoveryGuard.confirmed(
                Self.star, number: again, DiscoveryConfirmation(observation: Self.answer(2)), alarm: nil,
                known: Self.known(), at: Self.start + .seconds(seconds))
            #expect(actions.count == (told ? 2 : 1))
        }
    }

    @Test(
        "it is held, with the reason, when the second question",
        arguments: [
            ("fails", nil, nil, "could not be confirmed: No cluster leader"),
            (
                "has an older index", UInt64(99), ["consul"],
                "is held: Consul's index went back from 100 to 99: its data may have been lost."
            ),
            (
                "has the same index as before, as when the instances are hidden", UInt64(100), ["consul"],
                "is held: Consul's index was still 100: the instances may be hidden from the token, not gone."
            ),
            (
                "is contradicted by the catalogue", 101, ["consul", "star"],
                "is held: Consul's catalogue still lists the service: the token may not read its nodes any more."
            ),
            (
                "leaves the catalogue unknown", 101, nil,
                "could not be confirmed: Consul's catalogue could not be asked."
            ),
            (
                "shows an empty catalogue", 101, [],
                "is held: Consul lists no service at all, not even its own: the token may have lost its rights."
            ),
        ] as [(String, UInt64?, Set<String>?, String)])
    func held(what: String, index: UInt64?, catalogue: Set<String>?, why: String) throws {
        var (discoveryGuard, number) = Self.asking()
        let observation =
            index.map { Self.answer(0, index: $0) }
            ?? ServiceObservation(
                key: Self.star, at: Timestamp(milliseconds: 1_000), outcome: .failure(reason: "No cluster leader"))
        let actions = discoveryGuard.confirmed(
            Self.star, number: number, DiscoveryConfirmation(observation: observation, catalogue: catalogue),
            alarm: "empty it", known: Self.known(), at: Self.start)
        let hold = try #require(Self.held(actions).first)
        #expect(hold.isNew)
        #expect(hold.held.reason == "An answer that would empty it \(why)")
        #expect(hold.held.would == "empty it")
        #expect(hold.held.instances == 0)
        #expect(hold.held.since == Timestamp(milliseconds: 1_000))
        #expect(actions.last == .wait(Self.star, number: number, pause: .milliseconds(500)))
        #expect(discoveryGuard.held(Self.star) == hold.held)
    }

    @Test(
        "after data were lost, no service is believed to be gone before it was seen again, however high the index grows"
    )
    func growsAgain() {
        var (discoveryGuard, number) = Self.asking()
        let other = ServiceKey(name: "moon")
        discoveryGuard.knows(Self.known("moon"))
        func gone(_ key: ServiceKey, _ number: Int, index: UInt64) -> [DiscoveryGuard.Action] {
            discoveryGuard.confirmed(
                key, number: number,
                DiscoveryConfirmation(
                    observation: Self.answer(0, index: index, of: key), catalogue: ["consul", "more", "than", "that"]),
                alarm: "empty it", known: Self.known(key.name), at: Self.start)
        }
        let first = gone(Self.star, number, index: 11)
        #expect(!Self.held(first).isEmpty)
        for key in [Self.star, other] {
            let again = Self.ask(&discoveryGuard, about: key)
            let later = gone(key, again, index: 1_000)
            #expect(!Self.held(later).isEmpty)
        }
        // Seen again, its end is believed like any other.
        _ = discoveryGuard.observed(Self.answer(2, index: 1_001), alarm: nil)
        let end = Self.ask(&discoveryGuard, about: Self.star)
        let last = gone(Self.star, end, index: 1_002)
        #expect(last == [.believe(Self.answer(0, index: 1_002))])
        let still = Self.ask(&discoveryGuard, about: other)
        let held = gone(other, still, index: 1_003)
        #expect(!Self.held(held).isEmpty)
    }

    @Test(
        "what was hidden once is not believed to be gone when the index moves, until it was seen again or is accepted")
    func hidden() {
        var (discoveryGuard, number) = Self.asking()
        for index in [UInt64(100), 105, 110] {
            let actions = discoveryGuard.confirmed(
                Self.star, number: number,
                DiscoveryConfirmation(observation: Self.answer(0, index: index), catalogue: ["moon"]),
                alarm: "empty it", known: Self.known(), at: Self.start)
            #expect(!Self.held(actions).isEmpty)
            number = Self.ask(&discoveryGuard, about: Self.star)
        }
        #expect(discoveryGuard.accept(Self.star) != nil)
        #expect(discoveryGuard.isCalm)
    }

    @Test("an older index is believed when the policy says so, when none is known, and when instances are left")
    func olderIndex() {
        for (policy, known, isHeld) in [
            (GuardPolicy(checksIndex: false), UInt64(100), false), (GuardPolicy(), 0, false),
            (GuardPolicy(), 100, true),
        ] as [(GuardPolicy, UInt64, Bool)] {
            var (discoveryGuard, number) = Self.asking(policy)
            var service = Self.known()
            service.watch.consulIndex = known
            let actions = discoveryGuard.confirmed(
                Self.star, number: number,
                DiscoveryConfirmation(observation: Self.answer(1, index: 5), catalogue: nil), alarm: "take one",
                known: service, at: Self.start)
            #expect(Self.held(actions).isEmpty == !isHeld)
        }
    }

    @Test("what is held is asked about again, after 0.5 to 30 s, and told as new only once")
    func rechecked() {
        var (discoveryGuard, number) = Self.asking()
        var pauses: [Duration] = []
        for attempt in 1...9 {
            let actions = discoveryGuard.confirmed(
                Self.star, number: number, DiscoveryConfirmation(observation: Self.answer(0), catalogue: []),
                alarm: "empty it", known: Self.known(), at: Self.start)
            #expect(Self.held(actions).map(\.isNew) == [attempt == 1])
            guard case .wait(_, let waiting, let pause) = actions.last else { break }
            pauses.append(pause)
            #expect(discoveryGuard.waited(Self.star, number: waiting + 7).isEmpty)
            guard case .ask(_, let next) = discoveryGuard.waited(Self.star, number: waiting).first else { break }
            number = next
        }
        #expect(pauses == [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000].map { .milliseconds($0) })
        let late = discoveryGuard.confirmed(
            Self.star, number: 1, DiscoveryConfirmation(observation: Self.answer(0), catalogue: ["consul"]),
            alarm: "empty it", known: Self.known(), at: Self.start)
        #expect(late.isEmpty)
    }

    @Test("an answer that takes nothing away ends it; an operator's word gives the answer that was held")
    func ends() {
        var (discoveryGuard, number) = Self.asking()
        #expect(discoveryGuard.accept(Self.star) == nil)
        _ = discoveryGuard.confirmed(
            Self.star, number: number, DiscoveryConfirmation(observation: Self.answer(0, index: 7), catalogue: []),
            alarm: "empty it", known: Self.known(), at: Self.start)
        var other = discoveryGuard
        #expect(other.observed(Self.answer(2), alarm: nil) == [.believe(Self.answer(2))])
        #expect(other.isCalm)
        #expect(discoveryGuard.accept(Self.star) == Self.answer(0, index: 7))
        #expect(discoveryGuard.isCalm)
        #expect(discoveryGuard.accept(Self.star) == nil)
    }

    // MARK: Many at once

    /// Ten services, `star` and nine more, all with instances.
    private static let ten = [known()] + (2...10).map { known("s\($0)") }

    /// Says of `name` that it has no instance left, which the leader confirms; gives what comes of it.
    private static func lose(
        _ name: String, _ discoveryGuard: inout DiscoveryGuard, catalogue: Set<String>, at seconds: Int = 0,
        datacenter: String = ""
    ) -> [DiscoveryGuard.Action] {
        let key = ServiceKey(name: name, datacenter: datacenter)
        let number = ask(&discoveryGuard, about: key)
        let actions = discoveryGuard.confirmed(
            key, number: number, DiscoveryConfirmation(observation: answer(0, of: key), catalogue: catalogue),
            alarm: "empty it", known: known(name, datacenter: datacenter), at: start + .seconds(seconds))
        for action in actions {
            if case .believe = action { discoveryGuard.knows(CatalogService(key: key)) }
            if case .putBack(let service) = action { discoveryGuard.knows(service) }
        }
        return actions
    }

    private static func names(_ numbers: ClosedRange<Int>) -> Set<String> {
        Set(numbers.map { "s\($0)" }).union(["consul"])
    }

    @Test("more than 30 % of the services and five at least, missing from the catalogue: the first is held already")
    func massLoss() throws {
        var discoveryGuard = DiscoveryGuard(policy: GuardPolicy())
        for service in Self.ten { discoveryGuard.knows(service) }
        let actions = Self.lose("star", &discoveryGuard, catalogue: Self.names(6...10))
        let hold = try #require(Self.held(actions).first)
        #expect(
            hold.held.reason
                == "An answer that would empty it is held: 5 of 10 services are gone from Consul at once: its data may have been lost."
        )
        // Others that are still to come, while it lasts.
        #expect(Self.held(Self.lose("s2", &discoveryGuard, catalogue: Self.names(6...10), at: 60)).count == 1)
    }

    @Test("below the share or below the minimum it is believed; with a share of 0 always")
    func noMassLoss() {
        for (policy, catalogue) in [
            (GuardPolicy(), Self.names(5...10)), (GuardPolicy(massShare: 60), Self.names(6...10)),
            (GuardPolicy(massMinimum: 11), Set(["consul"])), (GuardPolicy(massShare: 0), Set(["consul"])),
        ] as [(GuardPolicy, Set<String>)] {
            var discoveryGuard = DiscoveryGuard(policy: policy)
            for service in Self.ten { discoveryGuard.knows(service) }
            let actions = Self.lose("star", &discoveryGuard, catalogue: catalogue)
            #expect(actions.count == 1)
            #expect(Self.held(actions).isEmpty)
        }
    }

    @Test("services that go one after the other within the window are put back when they become too many")
    func putBack() {
        var discoveryGuard = DiscoveryGuard(policy: GuardPolicy())
        for service in Self.ten { discoveryGuard.knows(service) }
        // The catalogue shrinks with them.
        for number in 2...5 {
            let actions = Self.lose(
                "s\(number)", &discoveryGuard, catalogue: Self.names(number + 1...10).union(["star"]))
            #expect(Self.held(actions).isEmpty)
        }
        let actions = Self.lose("star", &discoveryGuard, catalogue: Self.names(6...10), at: 9)
        let back = actions.compactMap { if case .putBack(let service) = $0 { service.key.name } else { nil } }
        #expect(back == ["s2", "s3", "s4", "s5"])
        #expect(Self.held(actions).map(\.key.name) == ["s2", "s3", "s4", "s5", "star"])
        #expect(Self.held(actions).allSatisfy { $0.isNew && $0.held.reason.contains("5 of 10 services") })
        #expect(discoveryGuard.holds.count == 5)
    }

    @Test("services that go more slowly than the window are believed, one after the other")
    func slowly() {
        var discoveryGuard = DiscoveryGuard(policy: GuardPolicy())
        for service in Self.ten { discoveryGuard.knows(service) }
        for number in 2...9 {
            let actions = Self.lose(
                "s\(number)", &discoveryGuard, catalogue: Self.names(number + 1...10).union(["star"]), at: number * 11)
            #expect(Self.held(actions).isEmpty, "\(number)")
        }
    }

    @Test("what an operator accepts doesn't bring the others nearer to being believed")
    func acceptedOne() {
        var discoveryGuard = DiscoveryGuard(policy: GuardPolicy())
        for service in Self.ten { discoveryGuard.knows(service) }
        _ = Self.lose("star", &discoveryGuard, catalogue: Self.names(6...10))
        _ = Self.lose("s2", &discoveryGuard, catalogue: Self.names(6...10))
        #expect(discoveryGuard.accept(ServiceKey(name: "s2")) != nil)
        discoveryGuard.knows(CatalogService(key: ServiceKey(name: "s2")))
        #expect(Self.held(Self.lose("star", &discoveryGuard, catalogue: Self.names(6...10), at: 60)).count == 1)
        // One of them is back: four are left.
        discoveryGuard.knows(Self.known("s2"))
        #expect(
            Self.held(Self.lose("star", &discoveryGuard, catalogue: Self.names(6...10).union(["s2"]), at: 90)).isEmpty)
    }

    @Test("each datacenter is judged by itself; services that are forgotten don't count")
    func datacenters() {
        var discoveryGuard = DiscoveryGuard(policy: GuardPolicy())
        for service in Self.ten { discoveryGuard.knows(service) }
        discoveryGuard.knows(Self.known("star", datacenter: "eu"))
        #expect(
            Self.held(Self.lose("star", &discoveryGuard, catalogue: ["consul"], datacenter: "eu")).isEmpty)
        for number in 2...10 { discoveryGuard.forget(ServiceKey(name: "s\(number)")) }
        #expect(Self.held(Self.lose("star", &discoveryGuard, catalogue: ["consul"])).isEmpty)
    }
}

import NIOHTTP1
import RoutingModel
import TestKit
import Testing

@Suite("Consul answers that there is nothing") struct EmptyAnswerTests {
    /// What the rest of Consul says while its answers about instances are empty.
    enum Rest: CaseIterable {
        /// The catalogue lists the service all the same.
        case contradicts
        /// The catalogue is empty, too.
        case agrees
        /// The leader can't be asked.
        case fails
    }

    /// Says "200, no instance" of these services; nil for all. Index and headers are those of the true answer.
    /// - Parameter catalogue: what is said of the services there are; nil for the truth.
    private static func hideInstances(_ proxy: FaultProxy, of services: Set<String>? = nil, catalogue: String?) {
        proxy.behave { request in
            if request.isHealthQuestion {
                let name = request.path.split(separator: "/").last.map(String.init) ?? ""
                if services?.contains(name) ?? true { return .change { $0.saying("[]") } }
            }
            if request.isCatalogueQuestion, let catalogue { return .change { $0.saying(catalogue) } }
            return .pass
        }
    }

    @Test(
        "an empty answer is held when the catalogue contradicts it or shows nothing at all, or when it can't be confirmed",
        arguments: Rest.allCases)
    func held(rest: Rest) async throws {
        try await withConsulAgent { consul in
            try await withFaultProxy(to: consul.url) { proxy in
                try await FaultScenario.with(consul, asking: [proxy.url], wait: "1s") { story in
                    switch rest {
                    case .contradicts: Self.hideInstances(proxy, catalogue: nil)
                    case .agrees: Self.hideInstances(proxy, catalogue: "{}")
                    case .fails:
                        proxy.behave { request in
                            if request.uri.contains("consistent") {
                                return .answer(FaultAnswer(status: .internalServerError, body: "No cluster leader"))
                            }
                            return request.isHealthQuestion ? .change { $0.saying("[]") } : .pass
                        }
                    }
                    try await story.isHeld()
                    try await story.serves(["star-1", "star-2"])
                    try await story.knows(["star-1", "star-2"])
                    // What changes meanwhile can't be seen, and must not be lost.
                    try await story.register("star-3")
                    try await story.deregister("star-1")
                    try await story.serves(["star-1", "star-2"])

                    proxy.beHonest()
                    try await story.recovers()
                    try await story.serves(["star-2", "star-3"])
                    try await story.follows(from: ["star-2", "star-3"], joining: "star-4", leaving: "star-2")
                    try await story.ledgerTells(.held, .recovered)
                }
            }
        }
    }

    @Test("a server that lags says that there is nothing: the leader is believed, and the ledger isn't filled with it")
    func lagging() async throws {
        try await withConsulAgent { consul in
            try await withFaultProxy(to: consul.url) { proxy in
                try await FaultScenario.with(consul, asking: [proxy.url], wait: "1s") { story in
                    proxy.behave { request in
                        request.isHealthQuestion && !request.uri.contains("consistent")
                            ? .change { $0.saying("[]") } : .pass
                    }
                    let path = "/v1/health/service/star"
                    let before = proxy.asked[path, default: 0]
                    try await eventually("it has been asked for a while") {
                        proxy.asked[path, default: 0] > before + 10
                    }
                    try await story.serves(["star-1", "star-2"])
                    try await story.knows(["star-1", "star-2"])
                    let told = try await story.ledger("discovery.*").count
                    try story.check(told < 4, "the same is told once: \(told) entries")

                    proxy.beHonest()
                    try await story.recovers()
                    try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
                    try await story.ledgerTells(.held)
                }
            }
        }
    }

    @Test("an operator who knows better accepts what is held, and it becomes true at once")
    func accepted() async throws {
        try await withConsulAgent { consul in
            try await withFaultProxy(to: consul.url) { proxy in
                try await FaultScenario.with(consul, asking: [proxy.url], wait: "1s") { story in
                    Self.hideInstances(proxy, catalogue: "{}")
                    try await story.isHeld()
                    try await story.serves(["star-1", "star-2"])

                    // From here on there is nobody to ask.
                    try await story.load.pause()
                    let answer = try await story.box.api.send("POST", "/v1/services/star/accept", nil)
                    try story.check((200..<300).contains(answer.status), "it is accepted: \(answer.text)")
                    story.expectLeaving("star-1")
                    story.expectLeaving("star-2")
                    try await eventually("the route has no peer") {
                        try await ProxyClient.get(port: story.box.proxyPort).status == 503
                    }
                    try await story.knows([])
                    let held = try await story.watch()["held"] ?? .null
                    try story.check(held == .null, "nothing is held any more")
                    try await story.ledgerTells(.held, .accepted)
                    let entry = try await story.ledger("discovery.accepted").first
                    let actor = FaultScenario.text(entry?["actor"])
                    try story.check(actor.hasPrefix("token:"), "the ledger says who accepted it: \(actor)")

                    proxy.beHonest()
                    story.expectJoining("star-1")
                    story.expectJoining("star-2")
                    try await eventually("the route serves again") {
                        try await ProxyClient.get(port: story.box.proxyPort).status == 200
                    }
                    story.load.resume()
                    try await story.serves(["star-1", "star-2"])
                    try await story.ledgerTells(.held, .accepted, .recovered)
                }
            }
        }
    }

    @Test("what really was deregistered is believed at once, also when it was the last instance")
    func deregistered() async throws {
        try await withConsulAgent { consul in
            try await FaultScenario.with(consul, others: ["moon"]) { story in
                try await story.deregister("star-1")
                try await story.serves(["star-2"])
                try await story.load.pause()
                try await story.deregister("star-2")
                try await eventually("the last one is gone", within: .seconds(5)) {
                    try await ProxyClient.get(port: story.box.proxyPort).status == 503
                }
                try await story.knows([])
                try await story.ledgerTells()
                let held = try await story.ledger("discovery.held").count
                try story.check(held == 0, "nothing was held: the catalogue agrees")

                try await story.register("star-3")
                try await eventually("a new one is used", within: .seconds(5)) {
                    try await ProxyClient.get(port: story.box.proxyPort).text == "star-3"
                }
                story.load.resume()
                try await story.serves(["star-3"])
                try await story.serves(["moon-1"], of: "moon")
                try await story.ledgerTells()
            }
        }
    }

    @Test("many services vanish at once from a catalogue that still lists others: all are held")
    func mass() async throws {
        let planets = ["mercury", "venus", "mars", "jupiter", "saturn", "uranus"]
        try await withConsulAgent { consul in
            try await withFaultProxy(to: consul.url) { proxy in
                try await FaultScenario.with(consul, asking: [proxy.url], others: planets, wait: "1s") { story in
                    Self.hideInstances(proxy, of: Set(planets), catalogue: #"{"consul":[],"star":["v1"]}"#)
                    for planet in planets { try await story.isHeld(planet) }
                    try await story.serves(Dictionary(uniqueKeysWithValues: planets.map { ($0, ["\($0)-1"]) }))
                    // The one that is left is followed all the same.
                    try await story.register("star-3")
                    try await story.serves(["star-1", "star-2", "star-3"])

                    proxy.beHonest()
                    for planet in planets { try await story.recovers(planet) }
                    for planet in planets { try await story.ledgerTells(.held, .recovered, of: planet) }
                    let held = try await story.ledger("discovery.held").filter { $0["service"] == "star" }.count
                    try story.check(held == 0, "of the service that is left nothing was held")
                }
            }
        }
    }
}

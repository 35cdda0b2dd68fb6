import RoutingModel
import TestKit
import Testing

@Suite("Consul is absent when Signalbox starts") struct AbsentAtStartTests {
    @Test(
        "a restart serves what was last known at once, says how old it is, and writes down what has changed meanwhile")
    func restart() async throws {
        try await withConsulAgent(ConsulSetup(keepsData: true)) { consul in
            try await FaultScenario.with(consul) { story in
                // Written in the background, a moment after it is served.
                try await story.ledgerTells()
                try await story.load.pause()
                try await story.box.kill()
                try await story.register("star-3")
                try await story.deregister("star-1")
                try await consul.kill()

                try await story.box.start()
                try await story.isReady()
                try await eventually("the proxy listens") {
                    (try? await ProxyClient.get(port: story.box.proxyPort))?.status == 200
                }
                story.load.resume()
                try await story.serves(["star-1", "star-2"])
                try await story.becomesStale(because: consul.url)
                try await story.knows(["star-1", "star-2"])

                try await consul.start()
                try await story.recovers()
                try await story.serves(["star-2", "star-3"])
                try await story.follows(from: ["star-2", "star-3"], joining: "star-4", leaving: "star-2")
                try await story.ledgerTells(.stale(consul.url), .recovered)
                for (kind, name) in [("peer.joined", "star-3"), ("peer.left", "star-1")] {
                    let entry = try await story.ledger(kind).first {
                        $0["peer"] == .string("\(consul.node)~\(name)")
                    }
                    let cause = FaultScenario.text(entry?["cause"])
                    try story.check(cause.contains("not watching"), "\(kind) of \(name) says why so late: \(cause)")
                }
            }
        }
    }

    @Test("a first start without Consul isn't ready and says why; it becomes ready when Consul comes")
    func firstStart() async throws {
        try await StarService.with(["star-1"]) { star in
            try await withConsulAgent { consul in
                try await consul.register("star", id: "star-1", port: try star.port("star-1"))
                try await consul.kill()
                try await SignalboxProcess.with(consul: consul.url) { box in
                    _ = try await box.api.put("/v1/groups/star", ["consul": ["service": "star"]])
                    _ = try await box.api.put("/v1/routes/star", ["split": [["group": "star", "weight": 100]]])
                    try await eventually("it says why it isn't ready") {
                        let answer = try await box.api.get("/readyz")
                        return answer.status == 503 && answer.text.contains("star") && answer.text.contains("refused")
                    }
                    let watch = try await box.api.get("/v1/services/star").json["watch"]
                    #expect(watch?["state"] == "pending")
                    // The worker may be a moment behind.
                    try await eventually("there is no peer") {
                        try await ProxyClient.get(port: box.proxyPort).status == 503
                    }

                    try await consul.start()
                    try await consul.register("star", id: "star-1", port: try star.port("star-1"))
                    try await eventually("it serves", within: .seconds(60)) {
                        try await ProxyClient.get(port: box.proxyPort).text == "star-1"
                    }
                    try await box.waitUntilReady()
                }
            }
        }
    }
}

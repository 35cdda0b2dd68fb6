import Foundation
import RoutingModel
import TestKit
import Testing

@Suite struct ConsulOutageTests {
    @Test(
        "traffic goes on while Consul is down, the service says since when and why, and a Consul that starts anew is followed"
    )
    func outage() async throws {
        try await StarService.with(["stable-1", "stable-2", "canary-1"]) { star in
            try await withConsulAgent { consul in
                try await consul.register("star", id: "stable-1", port: try star.port("stable-1"), tags: ["v1"])
                try await consul.register("star", id: "canary-1", port: try star.port("canary-1"), tags: ["v2"])
                try await SignalboxProcess.with(consul: consul.url) { box in
                    try await box.api.createStarRules(canary: 20)
                    let port = box.proxyPort
                    try await eventually("both serve") { try await served(port, users: 0..<40).count == 2 }
                    let before = try await owners(port, users: 0..<40)

                    try await consul.kill()
                    try await eventually("the service is stale") {
                        try await box.api.get("/v1/services/star").json["watch"]?["state"] == "stale"
                    }
                    let watch = try await box.api.get("/v1/services/star").json["watch"]
                    #expect(watch?["stale_since"] != .null)
                    let reason = "\(watch?["last_error"] ?? .null)"
                    #expect(reason.contains("127.0.0.1"))
                    #expect(try await owners(port, users: 0..<40) == before)

                    // Data and indexes of a development agent are gone with it: it counts from the start again.
                    try await consul.start()
                    try await consul.register("star", id: "stable-1", port: try star.port("stable-1"), tags: ["v1"])
                    try await consul.register("star", id: "stable-2", port: try star.port("stable-2"), tags: ["v1"])
                    try await consul.register("star", id: "canary-1", port: try star.port("canary-1"), tags: ["v2"])
                    try await eventually("the new instance is used", within: .seconds(60)) {
                        try await served(port, users: 0..<60)["stable-2"] != nil
                    }
                    #expect(try await box.api.get("/v1/services/star").json["watch"]?["state"] == "fresh")
                    for kind in ["discovery.stale", "discovery.recovered"] {
                        #expect(try await box.api.get("/v1/audit?kind=\(kind)").items.count >= 1, "\(kind)")
                    }
                }
            }
        }
    }

    @Test("a restart without Consul serves what was last known; what changed meanwhile is in the ledger afterwards")
    func restartWithoutConsul() async throws {
        try await StarService.with(["stable-1", "stable-2"]) { star in
            try await withConsulAgent { consul in
                try await consul.register("star", id: "stable-1", port: try star.port("stable-1"), tags: ["v1"])
                try await SignalboxProcess.with(consul: consul.url) { box in
                    try await box.api.createStarRules(canary: 0)
                    try await eventually("it serves") {
                        try await served(box.proxyPort, users: 0..<5) == ["stable-1": 5]
                    }
                    let index = Int(try await box.api.get("/v1/routing").headers["x-signalbox-index"] ?? "") ?? 0
                    // Written in the background, a moment after it is served.
                    try await eventually("the catalog is stored") {
                        try await box.api.get("/v1/audit?kind=peer.joined").items.count == 1
                    }
                    try await box.kill()
                    try await consul.kill()

                    try await box.start()
                    #expect(try await box.api.get("/readyz").status == 200)
                    #expect(try await served(box.proxyPort, users: 0..<5) == ["stable-1": 5])
                    #expect(try await box.api.get("/v1/services/star").json["watch"]?["state"] == "stale")
                    let later = Int(try await box.api.get("/v1/routing").headers["x-signalbox-index"] ?? "") ?? 0
                    #expect(later > index)

                    try await consul.start()
                    try await consul.register(
                        "star", id: "stable-1", port: try star.port("stable-1"), tags: ["v1", "new"])
                    try await eventually("the difference is in the ledger", within: .seconds(60)) {
                        let changes = try await box.api.get("/v1/audit?kind=peer.tags,peer.joined").items
                        return changes.contains {
                            $0["kind"] == "peer.tags" && $0["peer"] == .string("\(consul.node)~stable-1")
                        }
                            || changes.count { $0["kind"] == "peer.joined" } == 2
                    }
                }
            }
        }
    }
}

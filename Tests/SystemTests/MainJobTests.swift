import Foundation
import RoutingModel
import TestKit
import Testing

@Suite struct MainJobTests {
    @Test("rules over REST and instances in Consul become canary traffic; peers come and go without a reload")
    func mainJob() async throws {
        try await StarService.with(["stable-1", "stable-2", "canary-1"]) { star in
            try await withConsulAgent { consul in
                try await consul.register("star", id: "stable-1", port: try star.port("stable-1"), tags: ["v1"])
                try await consul.register("star", id: "canary-1", port: try star.port("canary-1"), tags: ["v2"])
                try await SignalboxProcess.with(consul: consul.url) { box in
                    try await box.api.createStarRules(canary: 30)
                    try await box.waitUntilReady()
                    let port = box.proxyPort
                    try await eventually("both groups serve") {
                        try await served(port, users: 0..<40).keys.sorted() == ["canary-1", "stable-1"]
                    }

                    // What the engine says is what the proxy does, user by user.
                    for user in 0..<200 {
                        let told = try await box.api.post(
                            "/v1/explain", ["host": "star.test", "headers": ["x-user": .string("user-\(user)")]])
                        let answer = try await ProxyClient.get(port: port, user: "user-\(user)")
                        #expect(
                            told.json["group"] == .string(answer.text == "canary-1" ? "star-canary" : "star-stable"))
                    }

                    // A new instance is used, one that leaves is not, and nobody else is disturbed.
                    try await consul.register("star", id: "stable-2", port: try star.port("stable-2"), tags: ["v1"])
                    try await eventually("the new instance is used") {
                        try await served(port, users: 0..<60)["stable-2"] != nil
                    }
                    try await consul.deregister("stable-1")
                    try await eventually("the one that left is not used") {
                        try await served(port, users: 0..<60)["stable-1"] == nil
                    }

                    // The everyday move.
                    #expect(
                        try await box.api.put("/v1/routes/star/weights", ["star-canary": 0, "star-stable": 100]).status
                            == 200)
                    try await eventually("weight 0 gets nothing") {
                        try await served(port, users: 0..<60).keys.sorted() == ["stable-2"]
                    }

                    // And the ledger tells it all.
                    let ledger = try await box.api.get("/v1/audit?service=star&limit=100").items
                    let told = Set(ledger.map { "\($0["kind"]!) \($0["peer"]!)" })
                    for (kind, id) in [
                        ("joined", "stable-1"), ("joined", "canary-1"), ("joined", "stable-2"), ("left", "stable-1"),
                    ] {
                        #expect(
                            told.contains(
                                "\(JSONValue.string("peer.\(kind)")) \(JSONValue.string("\(consul.node)~\(id)"))"))
                    }
                    #expect(try await box.api.get("/v1/audit?kind=route.updated").items.count == 1)
                    let workers = try await box.api.get("/v1/workers").items
                    #expect(workers.map { $0["id"] } == ["embedded"])
                }
            }
        }
    }

    @Test("an empty canary gives its share to the others, and takes it back")
    func emptyCanary() async throws {
        try await StarService.with(["stable-1", "canary-1"]) { star in
            try await withConsulAgent { consul in
                try await consul.register("star", id: "stable-1", port: try star.port("stable-1"), tags: ["v1"])
                try await consul.register("star", id: "canary-1", port: try star.port("canary-1"), tags: ["v2"])
                try await SignalboxProcess.with(consul: consul.url) { box in
                    try await box.api.createStarRules(canary: 50)
                    try await box.waitUntilReady()
                    let port = box.proxyPort
                    try await eventually("both serve") { try await served(port, users: 0..<40).count == 2 }
                    let before = try await owners(port, users: 0..<40)
                    try await consul.setCheck("canary-1", .critical)
                    try await eventually("the stable group serves all") {
                        try await served(port, users: 0..<40) == ["stable-1": 40]
                    }
                    try await consul.setCheck("canary-1", .passing)
                    try await eventually("everybody is back where they were") {
                        try await owners(port, users: 0..<40) == before
                    }
                }
            }
        }
    }
}

/// Who answered how many of these users' requests; anything but a 200 is a failure.
func served(_ port: Int, users: Range<Int>) async throws -> [String: Int] {
    Dictionary(grouping: try await owners(port, users: users)) { $0 }.mapValues(\.count)
}

/// Who answered, user by user.
func owners(_ port: Int, users: Range<Int>) async throws -> [String] {
    var owners: [String] = []
    for user in users {
        let answer = try await ProxyClient.get(port: port, user: "user-\(user)")
        owners.append(answer.status == 200 ? answer.text : "status \(answer.status)")
    }
    return owners
}

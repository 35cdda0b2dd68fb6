import RoutingModel
import TestKit
import Testing

@Suite("An agent dies and comes back") struct AgentRestartTests {
    @Test("killed and restarted with its data: no request notices, and what changes afterwards is followed")
    func keepsData() async throws {
        try await withConsulAgent(ConsulSetup(keepsData: true)) { consul in
            try await FaultScenario.with(consul) { story in
                try await consul.kill()
                try await story.becomesStale(because: consul.url)
                try await story.serves(["star-1", "star-2"])

                try await consul.start()
                try await story.recovers()
                try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
                try await story.ledgerTells(.stale(consul.url), .recovered)
            }
        }
    }

    @Test("started anew with nothing in it: its empty answers are held, and what is registered again is followed")
    func losesData() async throws {
        try await withConsulAgent { consul in
            try await FaultScenario.with(consul) { story in
                // So much has happened in Consul that a new one's index is lower for a while.
                for number in 0..<20 { try await consul.register("other", id: "other-\(number)", port: 1) }
                try await story.tag("star-1", "late")
                try await story.knowsTag("late")
                try await consul.kill()
                try await story.becomesStale(because: consul.url)

                try await consul.start()
                try await story.isHeld()
                try await story.serves(["star-1", "star-2"])
                try await story.knows(["star-1", "star-2"])

                // One comes back, the other doesn't: now Consul's word counts again.
                try await story.registerAgain("star-1", tag: "late")
                story.expectLeaving("star-2")
                try await story.serves(["star-1"])
                try await story.recovers()
                try await story.follows(from: ["star-1"], joining: "star-3", leaving: "star-1")
                try await story.ledgerTells(.stale(consul.url), .held, .recovered)
            }
        }
    }

    @Test("started anew with nothing in it: that its index grows past the old one proves nothing, either")
    func growsAgain() async throws {
        try await withConsulAgent { consul in
            try await FaultScenario.with(consul, wait: "1s") { story in
                try await consul.kill()
                try await story.becomesStale(because: consul.url)
                try await consul.start()
                try await story.isHeld()

                // Others come back first, and each raises the index.
                for number in 0..<20 {
                    try await consul.register("other", id: "other-\(number)", port: 1)
                }
                let failures = Self.failures(try await story.watch())
                try await story.watch("star", "has been looked at again", within: .seconds(30)) {
                    Self.failures($0) > failures + 1 || $0["state"] == "fresh"
                }
                try await story.isHeld()
                try await story.serves(["star-1", "star-2"])
                try await story.registerAgain("star-1")
                story.expectLeaving("star-2")
                try await story.serves(["star-1"])
                try await story.recovers()
                try await story.ledgerTells(.stale(consul.url), .held, .recovered)
            }
        }
    }

    private static func failures(_ watch: JSONValue) -> Int64 {
        if case .integer(let count)? = watch["failures"] { count } else { 0 }
    }

    @Test("started anew with all registered again: the lower index is followed, and nobody has left or joined")
    func registeredAgain() async throws {
        try await withConsulAgent { consul in
            try await withFaultProxy(to: consul.url) { proxy in
                try await FaultScenario.with(consul, asking: [proxy.url]) { story in
                    // Moves the index on, so that the new agent's is lower.
                    for number in 0..<10 {
                        try await story.tag("star-1", "tag-\(number)")
                        try await story.knowsTag("tag-\(number)")
                    }
                    proxy.accept(.closes)
                    try await story.becomesStale(because: "closed the connection")
                    try await consul.kill()
                    try await consul.start()
                    try await story.registerAgain("star-1", tag: "tag-9")
                    try await story.registerAgain("star-2")
                    proxy.beHonest()
                    try await story.recovers()
                    try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
                    try await story.ledgerTells(.stale("closed the connection"), .recovered)
                }
            }
        }
    }
}

import TestKit
import Testing

@Suite("An agent is frozen") struct FrozenAgentTests {
    @Test("connections stay open and nothing is answered: it is told soon, and the thawed agent is followed")
    func frozen() async throws {
        try await withConsulAgent { consul in
            try await FaultScenario.with(consul) { story in
                consul.freeze()
                // Long before the question that is held would be given up.
                try await story.becomesStale(because: consul.url, within: .seconds(30))
                try await story.serves(["star-1", "star-2"])

                consul.thaw()
                try await story.recovers()
                try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
                try await story.ledgerTells(.stale(consul.url), .recovered)
            }
        }
    }
}

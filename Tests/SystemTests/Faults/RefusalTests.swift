import NIOHTTP1
import RoutingModel
import TestKit
import Testing

@Suite("Consul refuses to answer") struct RefusalTests {
    private struct Refusal: Sendable {
        let name: String
        let answer: FaultAnswer
        let words: String
    }

    private static let refusals = [
        Refusal(
            name: "500 with a high index",
            answer: FaultAnswer(
                status: .internalServerError,
                headers: ["x-consul-index": "999999", "x-consul-knownleader": "false", "x-consul-lastcontact": "0"],
                body: "No cluster leader"),
            words: "No cluster leader"),
        Refusal(
            name: "500 with index 1",
            answer: FaultAnswer(
                status: .internalServerError, headers: ["x-consul-index": "1", "x-consul-knownleader": "false"],
                body: "rpc error making call: i/o deadline reached"),
            words: "i/o deadline reached"),
        Refusal(
            name: "429",
            answer: FaultAnswer(status: .tooManyRequests, headers: ["retry-after": "1"], body: "rate limit exceeded"),
            words: "429"),
        Refusal(name: "503", answer: FaultAnswer(status: .serviceUnavailable), words: "503"),
        Refusal(
            name: "403", answer: FaultAnswer(status: .forbidden, body: "Permission denied"),
            words: "Permission denied"),
    ]

    @Test("an error's index means nothing, its words are told, and what changes meanwhile is there afterwards")
    func refusals() async throws {
        try await withConsulAgent { consul in
            try await withFaultProxy(to: consul.url) { proxy in
                try await FaultScenario.with(consul, asking: [proxy.url]) { story in
                    for (number, refusal) in Self.refusals.enumerated() {
                        do {
                            let before = proxy.asked.values.reduce(0, +)
                            proxy.behave { _ in .answer(refusal.answer) }
                            try await story.tag("star-1", "tag-\(number)")
                            try await story.becomesStale(because: refusal.words)
                            try await story.serves(["star-1", "star-2"])
                            let questions = proxy.asked.values.reduce(0, +) - before
                            try story.check(questions < 200, "an error isn't asked about in a hot loop: \(questions)")
                            proxy.beHonest()
                            try await story.recovers()
                            guard case .integer(let index)? = try await story.watch()["consul_index"] else {
                                throw TestFailure("the watch has no index")
                            }
                            try story.check((2..<999_999).contains(index), "the index is an answer's: \(index)")
                        } catch { throw TestFailure("\(refusal.name): \(error)") }
                    }
                    try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
                    var events: [DiscoveryEvent] = []
                    for refusal in Self.refusals { events += [.stale(refusal.words), .recovered] }
                    try await story.ledgerTells(events)
                }
            }
        }
    }
}

import TestKit
import Testing

@Suite("Connections to Consul break") struct BrokenConnectionTests {
    /// What goes wrong between Signalbox and Consul, and what it says of it.
    private struct Fault: Sendable {
        let name: String
        var words = "closed the connection"
        let begin: @Sendable (FaultProxy) -> Void

        /// Answers are cut at a place.
        static func cut(
            _ name: String, _ framing: FaultAnswer.Framing, at place: FaultAnswer.Place, byReset: Bool = false,
            words: String = "closed the connection"
        ) -> Fault {
            Fault(name: name, words: words) { proxy in
                proxy.behave { _ in .change { $0.framed(by: framing).cut(at: place, byReset: byReset) } }
            }
        }
    }

    /// Brings each fault over a story in turn. While it lasts something changes in Consul, which must be there
    /// afterwards, and nothing else.
    private func test(_ faults: [Fault]) async throws {
        try await withConsulAgent { consul in
            try await withFaultProxy(to: consul.url) { proxy in
                try await FaultScenario.with(consul, asking: [proxy.url]) { story in
                    for (number, fault) in faults.enumerated() {
                        do {
                            fault.begin(proxy)
                            try await story.tag("star-1", "tag-\(number)")
                            try await story.becomesStale(because: fault.words)
                            try await story.knows(["star-1", "star-2"])
                            proxy.beHonest()
                            try await story.recovers()
                        } catch { throw TestFailure("\(fault.name): \(error)") }
                    }
                    try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
                    try await story.ledgerTells(.stale(faults[0].words), .recovered)
                    let times = try await story.ledger("discovery.stale").count
                    try story.check(times == faults.count, "each of \(faults.count) faults is told once: \(times)")
                }
            }
        }
    }

    @Test("an agent that closes or resets connections, when they are opened or when it is asked")
    func connections() async throws {
        try await test([
            Fault(name: "closed when opened") { $0.accept(.closes) },
            Fault(name: "reset when opened") { $0.accept(.resets) },
            Fault(name: "closed when asked") { $0.behave { _ in .close } },
            Fault(name: "reset when asked") { $0.behave { _ in .reset } },
        ])
    }

    @Test("answers cut off in the head")
    func heads() async throws {
        try await test([
            .cut("after the first byte", .length, at: .head(1)),
            .cut("in the status line", .length, at: .head(12)),
            .cut("in a header, by a reset", .length, at: .head(40), byReset: true),
            .cut("before the last byte of the head", .length, at: .head(-1)),
        ])
    }

    @Test("answers cut off in a body with a length, or that ends with the connection")
    func bodies() async throws {
        try await test([
            .cut("after the head", .length, at: .body(0)),
            .cut("after a byte", .length, at: .body(1)),
            .cut("in the middle, by a reset", .length, at: .body(700), byReset: true),
            .cut("before the last byte", .length, at: .body(-1)),
            .cut("in the middle, without a length", .close, at: .body(700), words: "is not a list"),
            .cut("after the head, without a length", .close, at: .body(0), words: "is not a list"),
        ])
    }

    @Test("answers cut off in a chunk or between two")
    func chunks() async throws {
        try await test([
            .cut("in a chunk's size", .chunks, at: .body(1)),
            .cut("after a chunk's size", .chunks, at: .body(4)),
            .cut("in a chunk", .chunks, at: .body(50)),
            .cut("between two chunks", .chunks, at: .body(106)),
            .cut("before the last chunk", .chunks, at: .body(-5)),
            .cut("in the last chunk, by a reset", .chunks, at: .body(-4), byReset: true),
        ])
    }
}

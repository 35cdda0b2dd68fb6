import RoutingModel
import TestKit
import Testing

@Suite("Consul's index goes back") struct LowerIndexTests {
    @Test("the data are the same and the index is lower, as after a restored snapshot: nothing is lost or missed")
    func lowered() async throws {
        try await withConsulAgent { consul in
            try await withFaultProxy(to: consul.url) { proxy in
                Self.raiseIndex(proxy, by: 1_000)
                try await FaultScenario.with(consul, asking: [proxy.url], wait: "1s") { story in
                    let high = try await story.watch("star", "has a high index", within: .seconds(20)) {
                        Self.index($0) > 1_000
                    }
                    for offset in [500, 0] as [UInt64] {
                        Self.raiseIndex(proxy, by: offset)
                        try await story.tag("star-1", "offset-\(offset)")
                        try await story.watch("star", "has a lower index", within: .seconds(20)) {
                            Self.index($0) < Self.index(high) - 400
                        }
                    }
                    try await story.recovers()
                    try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
                    try await story.ledgerTells()
                    let held = try await story.ledger("discovery.held").count
                    try story.check(held == 0, "nothing was taken away, so nothing was held")
                }
            }
        }
    }

    @Test("the index goes back and the answer is empty: held until Consul has its data again")
    func loweredAndEmpty() async throws {
        try await withConsulAgent { consul in
            try await withFaultProxy(to: consul.url) { proxy in
                try await FaultScenario.with(consul, asking: [proxy.url], wait: "1s") { story in
                    proxy.behave { request in
                        guard request.isHealthQuestion else { return .pass }
                        return .change { answer in
                            var answer = answer.saying("[]")
                            answer.index = 2
                            return answer
                        }
                    }
                    try await story.isHeld()
                    try await story.serves(["star-1", "star-2"])
                    proxy.beHonest()
                    try await story.recovers()
                    try await story.follows(from: ["star-1", "star-2"], joining: "star-3", leaving: "star-1")
                    try await story.ledgerTells(.held, .recovered)
                }
            }
        }
    }

    /// A Consul whose indexes are all higher than they are.
    private static func raiseIndex(_ proxy: FaultProxy, by offset: UInt64) {
        proxy.behave { request in
            var request = request
            // An index that is still from before stays above everything here, as it would.
            if let index = request.index { request.index = index > offset ? index - offset : 1 }
            return .forward(request) { answer in
                var answer = answer
                answer.index = answer.index.map { $0 + offset }
                return answer
            }
        }
    }

    private static func index(_ watch: JSONValue) -> Int64 {
        if case .integer(let index)? = watch["consul_index"] { index } else { 0 }
    }
}

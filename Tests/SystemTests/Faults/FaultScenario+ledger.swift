import Foundation
import RoutingModel
import TestKit

/// What the ledger tells.
extension FaultScenario {
    /// The ledger from its beginning.
    func ledger(_ kinds: String) async throws -> [JSONValue] {
        var entries: [JSONValue] = []
        var path = "/v1/audit?kind=\(kinds)&limit=1000"
        while true {
            let page = try await box.api.get(path)
            try check(page.status == 200, "the ledger can be read: \(page.text)")
            entries += page.items
            guard case .string(let cursor)? = page.json["next"] else { return entries.reversed() }
            path = "/v1/audit?kind=\(kinds)&limit=1000&cursor=\(cursor)"
        }
    }

    /// Waits until the ledger tells the story of a service: these events in this order, between which it may have
    /// become stale and recovered more often, but not end stale; and of peers exactly what the test has done, whatever the service.
    func ledgerTells(_ events: DiscoveryEvent..., of service: String = "star") async throws {
        try await ledgerTells(events, of: service)
    }

    /// The same.
    func ledgerTells(_ events: [DiscoveryEvent], of service: String = "star") async throws {
        let end = ContinuousClock.now + .seconds(15)
        // Entries are written in the background, a moment after what they tell can be seen.
        while let problem = try await problem(events, service) {
            guard ContinuousClock.now < end else { throw TestFailure("the ledger doesn't tell the story: \(problem)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Nil when the ledger is as it should be.
    private func problem(_ events: [DiscoveryEvent], _ service: String) async throws -> String? {
        let told = try await ledger("discovery.*").filter { $0["service"] == .string(service) }
        var rest = told[...]
        for event in events {
            guard let place = rest.firstIndex(where: { Self.tells($0, event) }) else {
                return "\(event) is missing, or comes too early"
            }
            rest = rest[(place + 1)...]
        }
        let turns = told.map { Self.text($0["kind"]) }.filter {
            ["discovery.stale", "discovery.recovered"].contains($0)
        }
        for (kind, next) in zip(turns, turns.dropFirst()) where kind == next && kind == "discovery.stale" {
            return "\(kind) comes twice in a row"
        }
        if turns.last == "discovery.stale", events.last.map({ "\($0.kind)" }) != "discovery.stale" {
            return "it ends with discovery.stale"
        }
        for entry in told {
            guard entry["groups"] == .array([.string(service)]) else { return "an entry doesn't name the group" }
        }
        let peers = try await ledger("peer.*").map { "\(Self.text($0["kind"])) \(Self.text($0["peer"]))" }
        guard peers.sorted() == expected.sorted() else {
            let missing = Self.difference(expected, peers)
            let invented = Self.difference(peers, expected)
            return "of peers there is missing: \(missing); and invented: \(invented)"
        }
        return nil
    }

    private static func tells(_ entry: JSONValue, _ event: DiscoveryEvent) -> Bool {
        guard entry["kind"] == .string(event.kind) else { return false }
        return event.cause.isEmpty || text(entry["cause"]).contains(event.cause)
    }

    /// What `one` has more of than `other`.
    private static func difference(_ one: [String], _ other: [String]) -> [String] {
        var rest = one
        for item in other {
            if let place = rest.firstIndex(of: item) { rest.remove(at: place) }
        }
        return rest
    }

    /// The error, and what helps to understand it.
    func explanation(of error: any Error) async -> String {
        var text = "\(error)"
        if let failures = load.failures, !text.contains(failures) { text += "\n--- requests: \(failures)" }
        text += "\n--- requests in all: \(load.total)"
        let services = (try? await box.api.get("/v1/services").text) ?? "no answer"
        text += "\n--- services: \(services)\n--- ledger:"
        for entry in (try? await ledger("discovery.*,peer.*")) ?? [] {
            let words = ["at", "kind", "service", "peer", "cause", "reason"].map { Self.text(entry[$0]) }
            text += "\n" + words.filter { !$0.isEmpty }.joined(separator: " ")
        }
        text += "\n--- consul said:\n\(consul.output.suffix(2_000))"
        return text
    }
}

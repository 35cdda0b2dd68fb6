import Foundation
import RoutingModel
import TestKit

/// What `/v1/services` and `/readyz` tell.
extension FaultScenario {
    /// The watch of a service, from the list of all; null when it isn't watched.
    func watch(_ service: String = "star") async throws -> JSONValue {
        let all = try await box.api.get("/v1/services?limit=1000").items
        return all.first { $0["name"] == .string(service) }?["watch"] ?? .null
    }

    /// Waits until the watch of a service is as wanted, and says what it is when time is up.
    @discardableResult
    func watch(
        _ service: String = "star", _ what: String, within limit: Duration, is condition: (JSONValue) -> Bool
    ) async throws -> JSONValue {
        let end = ContinuousClock.now + limit
        while true {
            let watch = try await watch(service)
            if condition(watch) { return watch }
            // A request that has failed can't be made good by what is yet to come.
            if let failures = load.failures {
                throw TestFailure("before \(service) \(what), \(failures)\nIts watch: \(try CanonicalJSON.text(watch))")
            }
            guard ContinuousClock.now < end else {
                throw TestFailure("waited in vain until \(service) \(what): \(try CanonicalJSON.text(watch))")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Waits until a service is stale, for a reason with these words; Signalbox is ready all the same, and requests go
    /// on.
    func becomesStale(
        _ service: String = "star", because words: String, within limit: Duration = .seconds(30)
    ) async throws {
        let watch = try await watch(service, "is stale because of '\(words)'", within: limit) { watch in
            watch["state"] == "stale" && Self.text(watch["last_error"]).contains(words)
        }
        try check(watch["stale_since"] != .null, "a stale service says since when")
        try check(watch["last_success_at"] != .null, "it says when it was answered last")
        try check(watch["age_seconds"] != .null, "it says how old its knowledge is")
        try await isReady()
    }

    /// Waits until a service is as if nothing had been.
    func recovers(_ service: String = "star", within limit: Duration = .seconds(60)) async throws {
        let watch = try await watch(service, "has recovered", within: limit) { watch in
            watch["state"] == "fresh" && (watch["held"] ?? .null) == .null
        }
        try check(watch["stale_since"] == .null, "a fresh service isn't stale since anything")
        try check(watch["last_error"] == .null, "a fresh service has no error")
        try check(watch["failures"] == 0, "a fresh service has no failures")
        try await isReady()
    }

    /// Waits until an answer about a service is held, and what is known stays.
    func isHeld(_ service: String = "star", within limit: Duration = .seconds(30)) async throws {
        let watch = try await watch(service, "holds an answer", within: limit) { watch in
            (watch["held"] ?? .null) != .null
        }
        let held = watch["held"] ?? .null
        for member in ["since", "reason", "would"] {
            try check(!Self.text(held[member]).isEmpty, "what is held has its '\(member)'")
        }
        try check((held["instances"] ?? .null) != .null, "what is held says which instances the answer had")
        try await isReady()
    }

    /// The instances that Signalbox knows, by their service ids.
    func knows(_ names: Set<String>, of service: String = "star") async throws {
        let json = try await box.api.get("/v1/services/\(service)").json
        guard case .array(let instances)? = json["instances"] else { throw TestFailure("\(service) has no instances") }
        // The id is `node~service-id`.
        let known = Set(instances.map { String(Self.text($0["id"]).split(separator: "~").last ?? "") })
        try check(known == names, "\(service) has \(names.sorted()): \(known.sorted())")
    }

    /// Waits until Signalbox knows an instance by this tag.
    func knowsTag(_ tag: String) async throws {
        try await eventually("the tag \(tag) is known") {
            try await box.api.get("/v1/services/star").text.contains("\"\(tag)\"")
        }
    }

    func isReady() async throws {
        let answer = try await box.api.get("/readyz")
        try check(answer.status == 200, "Signalbox is ready: \(answer.text)")
    }

    static func text(_ value: JSONValue?) -> String {
        if case .string(let text)? = value { text } else { "" }
    }
}

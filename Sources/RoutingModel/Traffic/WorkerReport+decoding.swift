extension WorkerReport {
    /// What a report may have; more is refused.
    package enum Limit {
        package static let traffic = 200_000
        package static let peers = 200_000
        /// Bytes of the whole report.
        package static let bytes = 16 << 20
        /// Reasons of failure in one entry, and the bytes of each.
        package static let reasons = 32
        package static let reasonBytes = 64
        /// Bytes of a sentence.
        package static let sentence = 1_024
        /// Any count: what every reader of JSON can hold.
        package static let count = 1 << 53
    }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        startedAt = try fields.required(.startedAt, or: Timestamp(milliseconds: 0))
        index = try fields.required(.index, or: 0)
        isWhole = try fields.optional(.isWhole, default: true)
        traffic = try fields.optional(.traffic, default: [])
        peers = try fields.optional(.peers, default: [])
        if index < 0 { try fields.fail(.index, "invalid_value", "must not be negative") }
        if traffic.count > Limit.traffic {
            try fields.fail(.traffic, "too_many", "must have at most \(Limit.traffic) entries")
        }
        if peers.count > Limit.peers { try fields.fail(.peers, "too_many", "must have at most \(Limit.peers) entries") }
    }
}

extension WorkerReport.Traffic {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        route = try fields.required(.route, or: "")
        group = try fields.optional(.group)
        peer = try fields.optional(.peer)
        requests = try fields.required(.requests, or: 0)
        forced = try fields.optional(.forced, default: 0)
        statuses = try fields.optional(.statuses, default: [])
        failures = try fields.optional(.failures, default: [:])
        retries = try fields.optional(.retries, default: 0)
        active = try fields.optional(.active, default: 0)
        latency = try fields.optional(.latency, default: [])
        latencySum = try fields.optional(.latencySum, default: 0)
        number = try fields.optional(.number, default: 0)

        if !RuleName.isValid(route) { try fields.fail(.route, "invalid_value", RuleName.rule) }
        if let group, !RuleName.isValid(group) { try fields.fail(.group, "invalid_value", RuleName.rule) }
        if let peer {
            if !peer.isWellFormed { try fields.fail(.peer, "invalid_value", PeerID.rule) }
            if group == nil { try fields.fail(.group, "required", "is needed where there is a peer") }
        }
        for (key, number) in [
            (CodingKeys.requests, requests), (.forced, forced), (.retries, retries), (.active, active),
            (.latencySum, latencySum), (.number, number),
        ] where !Self.isCount(number) {
            try fields.fail(key, "invalid_value", Self.rule)
        }
        for (key, numbers, most) in [
            (CodingKeys.statuses, statuses, TrafficCounters.Place.statuses.count),
            (.latency, latency, LatencyHistogram.bucketCount),
        ] {
            if numbers.count > most { try fields.fail(key, "too_many", "must have at most \(most) entries") }
            if !numbers.allSatisfy(Self.isCount) { try fields.fail(key, "invalid_value", Self.rule) }
        }
        if failures.count > WorkerReport.Limit.reasons {
            try fields.fail(.failures, "too_many", "must have at most \(WorkerReport.Limit.reasons) members")
        }
        if !failures.allSatisfy({ $0.key.utf8.count <= WorkerReport.Limit.reasonBytes && Self.isCount($0.value) }) {
            try fields.fail(
                .failures, "invalid_value",
                "must have names of at most \(WorkerReport.Limit.reasonBytes) bytes, and counts that are not negative")
        }
    }

    private static func isCount(_ number: Int) -> Bool { (0...WorkerReport.Limit.count).contains(number) }

    private static let rule = "must be 0 to 2^53"
}

extension WorkerReport.PeerState {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        group = try fields.required(.group, or: "")
        peer = try fields.required(.peer, or: PeerID(""))
        health = try fields.required(.health, or: .healthy)
        reason = try fields.optional(.reason, default: "")
        since = try fields.required(.since, or: Timestamp(milliseconds: 0))
        until = try fields.optional(.until)
        if !RuleName.isValid(group) { try fields.fail(.group, "invalid_value", RuleName.rule) }
        if !peer.isWellFormed { try fields.fail(.peer, "invalid_value", PeerID.rule) }
        if reason.utf8.count > WorkerReport.Limit.sentence {
            try fields.fail(.reason, "too_long", "must have at most \(WorkerReport.Limit.sentence) bytes")
        }
    }
}

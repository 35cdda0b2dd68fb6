/// When a request is sent again to another peer.
package struct RetryPolicy: Hashable, Sendable, Codable {
    package enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
        case connectFailure = "connect_failure"
        /// The connection closed, or what came wasn't HTTP, before the response's head.
        case reset
        /// The try took longer than `per_try_timeout`.
        case timeout
        case status502 = "502"
        case status503 = "503"
        case status504 = "504"
    }

    /// Further tries, 0 ... 10.
    package var attempts: Int
    /// From the end of the request to the head of the response, for each try; nil: the route's time-outs alone count.
    package var perTryTimeout: RuleDuration?
    /// A rule that doesn't say gets `connect_failure` and `reset`, and with a `per_try_timeout` also `timeout`.
    package var on: [Cause]
    /// Whether requests of methods that aren't idempotent (RFC 9110 section 9.2.2) are sent again too, once they may
    /// have arrived. A request that can't have arrived is always sent again.
    package var nonIdempotent: Bool
    /// Whether a retry may leave the group for the other groups of the split.
    package var across: Bool
    /// Retries that are allowed, as a share of the route's requests of the last ten seconds.
    package var budget: Percent
    /// Retries a second that are allowed at least, whatever the share.
    package var minPerSecond: Int

    package init(
        attempts: Int = 1, perTryTimeout: RuleDuration? = nil, on: [Cause] = [.connectFailure, .reset],
        nonIdempotent: Bool = false, across: Bool = false, budget: Percent = Percent(clamping: 2_000),
        minPerSecond: Int = 10
    ) {
        self.attempts = attempts
        self.perTryTimeout = perTryTimeout
        self.on = on
        self.nonIdempotent = nonIdempotent
        self.across = across
        self.budget = budget
        self.minPerSecond = minPerSecond
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case attempts, perTryTimeout = "per_try_timeout", on, nonIdempotent = "non_idempotent"
        case across = "retry_across", budget, minPerSecond = "min_per_second"
    }
}

extension RetryPolicy {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        self.init()
        attempts = try fields.optional(.attempts, default: attempts)
        perTryTimeout = try fields.optional(.perTryTimeout)
        nonIdempotent = try fields.optional(.nonIdempotent, default: nonIdempotent)
        across = try fields.optional(.across, default: across)
        budget = try fields.optional(.budget, default: budget)
        minPerSecond = try fields.optional(.minPerSecond, default: minPerSecond)
        // Whoever bounds a try wants another one after it.
        if perTryTimeout != nil { on.append(.timeout) }
        let texts = try fields.optional(.on, default: on.map(\.rawValue))
        on = []
        for (index, text) in texts.enumerated() {
            guard let cause = Cause(rawValue: text) else {
                let known = Cause.allCases.map(\.rawValue).joined(separator: ", ")
                try fields.fail(.on, at: index, "invalid_value", "must be one of \(known), not '\(text)'")
                continue
            }
            if on.contains(cause) { try fields.fail(.on, at: index, "duplicate", "lists \(text) a second time") }
            on.append(cause)
        }
    }
}

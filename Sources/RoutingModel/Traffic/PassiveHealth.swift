/// Ejection of peers by what becomes of their requests (Envoy calls it outlier detection).
package struct PassiveHealth: Hashable, Sendable, Codable {
    /// Failures in a row (connect, time-out, reset) after which a peer is ejected; at least 1.
    package var consecutiveFailures: Int
    /// Responses of 500 and above in a row after which it is; 0 is never.
    package var consecutive5xx: Int
    /// How long the first time; the n-th time in a row n times as long.
    package var ejectionTime: RuleDuration
    package var maxEjectionTime: RuleDuration
    /// The share of a group's peers that may be ejected at once. One of several always may, the last one never.
    package var maxEjected: Percent

    package init(
        consecutiveFailures: Int = 5, consecutive5xx: Int = 0, ejectionTime: RuleDuration = .seconds(10),
        maxEjectionTime: RuleDuration = .seconds(300), maxEjected: Percent = Percent(clamping: 5_000)
    ) {
        self.consecutiveFailures = consecutiveFailures
        self.consecutive5xx = consecutive5xx
        self.ejectionTime = ejectionTime
        self.maxEjectionTime = maxEjectionTime
        self.maxEjected = maxEjected
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case consecutiveFailures = "consecutive_failures", consecutive5xx = "consecutive_5xx"
        case ejectionTime = "ejection_time", maxEjectionTime = "max_ejection_time", maxEjected = "max_ejected"
    }
}

extension PassiveHealth {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        let usual = PassiveHealth()
        consecutiveFailures = try fields.optional(.consecutiveFailures, default: usual.consecutiveFailures)
        consecutive5xx = try fields.optional(.consecutive5xx, default: usual.consecutive5xx)
        ejectionTime = try fields.optional(.ejectionTime, default: usual.ejectionTime)
        // An ejection that is longer than the usual maximum isn't cut short by what nobody wrote.
        maxEjectionTime = try fields.optional(
            .maxEjectionTime, default: max(usual.maxEjectionTime, ejectionTime))
        maxEjected = try fields.optional(.maxEjected, default: usual.maxEjected)
    }
}

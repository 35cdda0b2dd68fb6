/// Questions that each worker asks a group's peers to find out whether they serve.
package struct ActiveHealth: Hashable, Sendable, Codable {
    /// A GET; nil only makes a connection.
    package struct HTTPCheck: Hashable, Sendable, Codable {
        package var path: String
        /// The Host header; nil is the peer's address and port.
        package var host: String?
        /// The statuses that are well, e.g. `["200-299", "401"]`.
        package var statuses: [String]

        package init(path: String, host: String? = nil, statuses: [String] = ["200-399"]) {
            self.path = path
            self.host = host
            self.statuses = statuses
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case path, host, statuses }
    }

    package var http: HTTPCheck?
    package var interval: RuleDuration
    package var timeout: RuleDuration
    /// Answers in a row that bring a peer back.
    package var healthyAfter: Int
    /// Failures in a row that take it out.
    package var unhealthyAfter: Int

    package init(
        http: HTTPCheck? = nil, interval: RuleDuration = .seconds(5), timeout: RuleDuration = .seconds(1),
        healthyAfter: Int = 2, unhealthyAfter: Int = 3
    ) {
        self.http = http
        self.interval = interval
        self.timeout = timeout
        self.healthyAfter = healthyAfter
        self.unhealthyAfter = unhealthyAfter
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case http, interval, timeout, healthyAfter = "healthy_after", unhealthyAfter = "unhealthy_after"
    }
}

extension ActiveHealth {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        let usual = ActiveHealth()
        http = try fields.optional(.http)
        interval = try fields.optional(.interval, default: usual.interval)
        timeout = try fields.optional(.timeout, default: usual.timeout)
        healthyAfter = try fields.optional(.healthyAfter, default: usual.healthyAfter)
        unhealthyAfter = try fields.optional(.unhealthyAfter, default: usual.unhealthyAfter)
    }
}

extension ActiveHealth.HTTPCheck {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        self.init(path: try fields.required(.path, or: "/"))
        host = try fields.optional(.host)
        statuses = try fields.optional(.statuses, default: statuses)
    }
}

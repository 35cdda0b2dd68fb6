/// What the bearer of a token may do in the admin API.
package enum AccessRole: String, Hashable, Sendable, Codable, CaseIterable {
    /// Reads everything but tokens and backups.
    case viewer
    /// Also changes rules, overrides and what is believed of Consul.
    case `operator`
    /// May do everything.
    case admin
    /// Asks for snapshots and says what it can't apply; nothing else.
    case worker
}

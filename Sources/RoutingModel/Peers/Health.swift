/// Consul's aggregate of an instance's checks: maintenance > critical > warning > passing; no checks is passing.
/// Source: `AggregatedStatus` of Consul's own Go client.
package enum Health: String, Hashable, Sendable, Codable, CaseIterable {
    case passing, warning, critical, maintenance
}

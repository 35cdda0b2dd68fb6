/// What Consul lets a service say about its share: one weight while passing, one while warning. 0 … 65,535.
package struct InstanceWeights: Hashable, Sendable, Codable {
    package var passing: Int
    package var warning: Int

    package init(passing: Int = 1, warning: Int = 1) {
        self.passing = passing
        self.warning = warning
    }
}

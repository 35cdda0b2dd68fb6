/// A group's share of a route, in buckets of 10,000.
package struct SnapshotSplit: Hashable, Sendable, Codable {
    package let group: String
    package let buckets: Int

    package init(group: String, buckets: Int) {
        self.group = group
        self.buckets = buckets
    }
}

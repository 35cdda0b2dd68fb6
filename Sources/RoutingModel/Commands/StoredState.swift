/// Everything that a control plane starts from.
package struct StoredState: Sendable {
    package var rules: RuleSet
    package var catalog: Catalog
    /// Every snapshot index ever published is at most this.
    package var indexFloor: Int

    package init(rules: RuleSet = RuleSet(), catalog: Catalog = Catalog(), indexFloor: Int = 0) {
        self.rules = rules
        self.catalog = catalog
        self.indexFloor = indexFloor
    }
}

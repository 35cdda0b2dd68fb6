internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// Everything that a control plane starts from.
    ///
    /// Services that were ever answered are stale since their last answer, because nobody asked since; the others are
    /// pending.
    /// - Throws: `StoreError`; `unreadable_row` names what can't be read.
    package func load() throws -> StoredState {
        do {
            return try pool.read { db in
                // One reading transaction, so one state. The documents of its rules are read beside the catalog.
                let groups = try RuleTable.groups.rows(db)
                let routes = try RuleTable.routes.rows(db)
                let overrides = try RuleTable.overrides.rows(db)
                let revision = try Self.lastRevision(db)
                let rules = Parallel.start {
                    RuleSet(
                        groups: try RuleRow.rules(groups, as: Group.self),
                        routes: try RuleRow.rules(routes, as: Route.self),
                        overrides: try RuleRow.rules(overrides, as: Override.self), revision: revision)
                }
                let catalog = Result { try CatalogRows.all(db) }
                return StoredState(
                    rules: try rules(), catalog: try catalog.get(),
                    indexFloor: Int(try StateKey.indexFloor.value(db)))
            }
        } catch {
            throw StoreError.translated(error, path: path)
        }
    }
}

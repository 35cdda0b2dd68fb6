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
                let rules = RuleSet(
                    groups: try RuleTable.groups.all(Group.self, db), routes: try RuleTable.routes.all(Route.self, db),
                    revision: try Self.lastRevision(db))
                return StoredState(
                    rules: rules, catalog: try CatalogRows.all(db),
                    indexFloor: Int(try StateKey.indexFloor.value(db)))
            }
        } catch {
            throw StoreError.translated(error, path: path)
        }
    }
}

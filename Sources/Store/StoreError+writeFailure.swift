internal import RoutingModel

extension StoreError: WriteFailure {
    /// Whether the failure was about the disk, the file or another process, and not about what was to be written.
    package var mayPass: Bool {
        switch code {
        case .unwritable, .busy, .corrupt, .closed, .newerDatabase, .changedMigration, .foreignDatabase: return true
        case .unreadableRow, .conflict, .failed: return false
        }
    }
}

package import RoutingModel

/// What a restored backup is, and what has become of the database that was there.
package struct RestoreReport: Hashable, Sendable {
    /// The newest revision in the backup.
    package let revision: Int
    /// When the backup was made, or shortly before: the newest time that is in it.
    package let newestChange: Timestamp
    /// The floor that the index goes on from.
    package let indexFloor: Int
    /// The name under which the database that was there is kept; nil when there was none.
    package let movedAside: String?

    package init(revision: Int, newestChange: Timestamp, indexFloor: Int, movedAside: String?) {
        self.revision = revision
        self.newestChange = newestChange
        self.indexFloor = indexFloor
        self.movedAside = movedAside
    }
}

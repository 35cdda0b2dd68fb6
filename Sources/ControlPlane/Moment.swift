package import RoutingModel

/// A point in the past.
package enum Moment: Hashable, Sendable {
    /// Right after a revision was made.
    case revision(Int)
    case time(Timestamp)
}

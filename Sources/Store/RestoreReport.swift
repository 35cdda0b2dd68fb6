/// What a restored database holds.
package struct RestoreReport: Sendable {
    /// The newest revision of the rules.
    package let revision: Int
    package let groups: Int
    package let routes: Int
    package let entries: Int
    /// Where the database that was there before has gone; nil when there was none.
    package let movedAside: String?
}

internal import RoutingModel

/// Why an answer or a file can't be used as a snapshot or as what has changed in one.
struct UnreadableSnapshot: Error, Hashable, CustomStringConvertible {
    /// The digest after it isn't the one that it names.
    var isMismatch = false
    let description: String

    init(_ description: String) { self.description = description }

    init(digest: String, expected: String) {
        isMismatch = true
        description = "its digest is \(expected), what it says comes to \(digest)"
    }
}

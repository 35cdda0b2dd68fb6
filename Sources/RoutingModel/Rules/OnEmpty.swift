/// What becomes of the share of a group that has no usable peer.
package enum OnEmpty: String, Hashable, Sendable, Codable, CaseIterable {
    /// The route's other groups get it in proportion to their weights; nobody who is on them moves.
    case redistribute
    /// Requests that fall to it are answered 503.
    case fail
}

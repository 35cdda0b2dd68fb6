/// What becomes of a request.
package enum Decision {
    /// No route matches: 404.
    case noRoute
    /// A route matches, but the group that the request falls to can't serve it: 503.
    case noPeer(route: String, group: String?, bucket: Int?)
    case forward(Selection)
}

/// Where a request goes.
package struct Selection {
    package let route: String
    package let group: PeerGroup
    /// Nil when the group was forced.
    package let bucket: Int?
    package let forced: Bool
}

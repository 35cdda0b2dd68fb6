/// What requests are counted by: the route, the group and the peer that they went to.
package struct TrafficKey: Hashable, Sendable {
    package let route: String
    /// Nil: the request came to no group.
    package let group: String?
    /// Nil: none was chosen, or it is one of those that aren't counted apart.
    package let peer: PeerID?

    package init(route: String, group: String?, peer: PeerID?) {
        self.route = route
        self.group = group
        self.peer = peer
    }
}

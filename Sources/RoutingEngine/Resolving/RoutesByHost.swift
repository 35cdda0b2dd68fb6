internal import HashTreeCollections
internal import RoutingModel

/// Which routes name a host pattern; a route without hosts counts as one for `*`. Copies share what they have in common.
struct RoutesByHost: Sendable {
    /// Most hosts have one route: that costs no set.
    private enum Users: Sendable {
        case one(String)
        case many(TreeSet<String>)
    }

    private var users: TreeDictionary<HostPattern, Users> = [:]

    /// The patterns that a route stands under.
    static func patterns(of route: SnapshotRoute) -> [HostPattern] {
        route.match.hosts.isEmpty ? [.any] : route.match.hosts
    }

    /// The names of the routes that name this very pattern, in no order.
    subscript(pattern: HostPattern) -> [String] {
        switch users[pattern] {
        case nil: return []
        case .one(let name)?: return [name]
        case .many(let names)?: return Array(names)
        }
    }

    mutating func replace(_ old: SnapshotRoute?, by new: SnapshotRoute?) {
        guard old?.match.hosts != new?.match.hosts else { return }
        if let old {
            for pattern in Self.patterns(of: old) { remove(old.name, from: pattern) }
        }
        if let new {
            for pattern in Self.patterns(of: new) { insert(new.name, into: pattern) }
        }
    }

    private mutating func insert(_ name: String, into pattern: HostPattern) {
        switch users[pattern] {
        case nil: users[pattern] = .one(name)
        case .one(let other)?: if other != name { users[pattern] = .many([other, name]) }
        case .many(var names)?:
            // The set must be this one's alone while it changes, or all of it would be copied.
            users[pattern] = .one(name)
            names.insert(name)
            users[pattern] = .many(names)
        }
    }

    private mutating func remove(_ name: String, from pattern: HostPattern) {
        switch users[pattern] {
        case nil: return
        case .one(let other)?: if other == name { users[pattern] = nil }
        case .many(var names)?:
            users[pattern] = nil
            names.remove(name)
            if let last = names.first, names.count == 1 {
                users[pattern] = .one(last)
            } else if !names.isEmpty {
                users[pattern] = .many(names)
            }
        }
    }
}

package import RoutingModel

/// Which of two routes is tried first. One order everywhere: the table's index, `explain` and the documents follow it.
///
/// Host exact, then longest wildcard, then any; then priority, higher first; then path exact, longest prefix, regex;
/// then more conditions; then name.
package enum RoutePrecedence {
    /// Comparable by rank: smaller goes first.
    package static func hostRank(_ pattern: HostPattern?) -> Int {
        switch pattern {
        case .exact?: return Int.min
        case .wildcard(let suffix)?: return -suffix.utf8.count
        case .any?, nil: return 1
        }
    }

    /// A route's place among routes whose hosts match equally well; worked out once, compared often.
    struct Rank: Comparable, Sendable {
        private let priority: Int
        private let path: Int
        private let conditions: Int
        private let name: String

        init(_ route: SnapshotRoute) {
            priority = route.priority
            path = pathRank(route.match.path)
            conditions = route.match.conditionCount
            name = route.name
        }

        /// Smaller goes first.
        static func < (left: Rank, right: Rank) -> Bool {
            if left.priority != right.priority { return left.priority > right.priority }
            if left.path != right.path { return left.path < right.path }
            if left.conditions != right.conditions { return left.conditions > right.conditions }
            return left.name < right.name
        }
    }

    /// Exact, then prefixes by length, then regexes.
    private static func pathRank(_ path: PathMatch) -> Int {
        switch path {
        case .exact: return Int.min
        case .prefix(let prefix): return -PathIndex.key(forPrefix: prefix).text.utf8.count
        case .regex: return 1
        }
    }
}

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

    /// Exact, then prefixes by length, then regexes.
    static func pathRank(_ path: PathMatch) -> Int {
        switch path {
        case .exact: return Int.min
        case .prefix(let prefix): return -PathIndex.key(forPrefix: prefix).utf8.count
        case .regex: return 1
        }
    }

    /// The order among routes whose hosts match equally well.
    static func goesBefore(_ left: SnapshotRoute, _ right: SnapshotRoute) -> Bool {
        if left.priority != right.priority { return left.priority > right.priority }
        let ranks = (pathRank(left.match.path), pathRank(right.match.path))
        if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
        let counts = (left.match.conditionCount, right.match.conditionCount)
        if counts.0 != counts.1 { return counts.0 > counts.1 }
        return left.name < right.name
    }
}

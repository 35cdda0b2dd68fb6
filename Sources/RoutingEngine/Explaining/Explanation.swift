internal import RoutingModel

/// What would become of a request, and why: every rule in the order it is tried, the bucket, the group, its peers.
package struct Explanation: Sendable, Encodable {
    package enum Result: String, Sendable, Encodable {
        case match
        case noMatch = "no_match"
        /// A rule before it matched.
        case notTried = "not_tried"
    }

    package struct Candidate: Sendable, Encodable {
        package let route: String
        package let result: Result
        package let reason: String
    }

    package struct Share: Sendable, Encodable {
        /// Nil when these buckets are answered 503.
        package let group: String?
        /// Inclusive.
        package let from: Int
        /// Exclusive.
        package let to: Int
    }

    package struct Request: Sendable, Encodable {
        package let method: String
        package let host: String
        package let path: String
        package let query: String
        package let sourceIP: String
        enum CodingKeys: String, CodingKey { case method, host, path, query, sourceIP = "source_ip" }
    }

    package let index: Int
    package let revision: Int
    package let request: Request
    /// In the order of precedence.
    package let tried: [Candidate]
    /// Rules that are not listed because there are too many, or because the request is refused before them.
    package let omitted: Int
    /// 200 when a peer would get it, 400 when the request isn't valid; else the status that the worker would answer.
    package let status: Int
    package let route: String?
    package let forced: Bool
    package let stickyKey: String?
    package let salt: String?
    /// Nil when it is random for each request, or not asked for.
    package let bucket: Int?
    /// Who owns which buckets now, empty groups dealt on.
    package let deal: [Share]
    /// Nil when it depends on a random bucket.
    package let group: String?
    package let groupReason: String
    /// The members of `group`, or of every group of the deal when that is random.
    package let peers: [ExplainedPeer]

    enum CodingKeys: String, CodingKey {
        case index, revision, request, tried, omitted, status, route, forced, stickyKey = "sticky_key", salt, bucket,
            deal
        case group, groupReason = "group_reason", peers
    }
}

/// What a worker tells its control plane of its doings: `POST /v1/workers/{id}/report`.
///
/// All numbers count from the worker's start (`started_at`): a report that is lost loses nothing. What hasn't changed
/// since a report that was taken needn't be told again.
package struct WorkerReport: Hashable, Sendable, Codable {
    /// The requests of one route that one peer served, or failed.
    package struct Traffic: Hashable, Sendable, Codable {
        package var route: String
        /// Nil: none was chosen (no usable peer).
        package var group: String?
        package var peer: PeerID?
        /// Requests that were given to this peer first.
        package var requests: Int
        /// Of these, those that a rule forced to the group: they say nothing of the split.
        package var forced: Int
        /// By the first digit of the status: 1xx ... 5xx; zeros at the end may be left out.
        package var statuses: [Int]
        /// By `ProxyFailure`'s names; only those that are not 0.
        package var failures: [String: Int]
        /// Further tries that this peer got because another failed.
        package var retries: Int
        /// Requests under way now.
        package var active: Int
        /// Of response heads, by the upper bounds of `LatencyHistogram.bounds`; the last one is everything above. Zeros
        /// at the end may be left out.
        package var latency: [Int]
        /// The sum of the latencies, in microseconds.
        package var latencySum: Int
        /// Which count of this route, group and peer it is: another number says that it has begun at 0 again, because
        /// the worker had given up what had no traffic.
        package var number: Int

        package init(
            route: String, group: String?, peer: PeerID?, requests: Int, forced: Int = 0, statuses: [Int],
            failures: [String: Int], retries: Int, active: Int, latency: [Int], latencySum: Int, number: Int = 0
        ) {
            self.route = route
            self.group = group
            self.peer = peer
            self.requests = requests
            self.forced = forced
            self.statuses = statuses
            self.failures = failures
            self.retries = retries
            self.active = active
            self.latency = latency
            self.latencySum = latencySum
            self.number = number
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case route, group, peer, requests, forced, statuses, failures, retries, active, latency, number
            case latencySum = "latency_sum"
        }
    }

    /// A peer that the worker holds for unable to serve, or checks.
    package struct PeerState: Hashable, Sendable, Codable {
        package enum Health: String, Hashable, Sendable, Codable, CaseIterable {
            case healthy
            /// By what became of its requests.
            case ejected
            /// By its answers to checks.
            case unhealthy
        }

        package var group: String
        package var peer: PeerID
        package var health: Health
        /// One sentence.
        package var reason: String
        package var since: Timestamp
        /// When an ejection ends.
        package var until: Timestamp?

        package init(
            group: String, peer: PeerID, health: Health, reason: String, since: Timestamp, until: Timestamp? = nil
        ) {
            self.group = group
            self.peer = peer
            self.health = health
            self.reason = reason
            self.since = since
            self.until = until
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case group, peer, health, reason, since, until }
    }

    package var startedAt: Timestamp
    /// The index in force.
    package var index: Int
    /// Whether `traffic` has everything, rather than what has changed since the last report that was taken.
    package var isWhole: Bool
    package var traffic: [Traffic]
    /// Every peer that isn't healthy, and those that are checked: perhaps not all of the latter.
    package var peers: [PeerState]

    package init(
        startedAt: Timestamp, index: Int, isWhole: Bool = true, traffic: [Traffic], peers: [PeerState]
    ) {
        self.startedAt = startedAt
        self.index = index
        self.isWhole = isWhole
        self.traffic = traffic
        self.peers = peers
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case startedAt = "started_at", index, isWhole = "whole", traffic, peers
    }
}

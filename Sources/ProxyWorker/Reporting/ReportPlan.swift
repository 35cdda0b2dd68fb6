internal import RoutingModel

/// Decides what the next report has. Pure: times come in.
struct ReportPlan {
    /// Without anything new a report is sent no more often.
    static let quiet = Duration.seconds(30)
    /// How often everything is told, whether it has changed or not.
    static let wholeEvery = Duration.seconds(300)

    enum Step: Equatable {
        case skip
        /// What has changed since this version of the totals; 0 for everything.
        case send(since: Int)
    }

    /// What the control plane has.
    private struct Told {
        var version: Int
        var index: Int
        var peers: [WorkerReport.PeerState]
        var at: ContinuousClock.Instant
        var wholeAt: ContinuousClock.Instant
    }

    private var told: Told?

    /// The version of the totals that the control plane has; 0 when it isn't known what it has.
    var toldVersion: Int { told?.version ?? 0 }

    /// - Parameters:
    ///   - version: of the totals.
    ///   - isLast: whether the worker ends after it: then whatever is new is told.
    func next(
        version: Int, index: Int, peers: [WorkerReport.PeerState], isLast: Bool, at now: ContinuousClock.Instant
    ) -> Step {
        guard let told else { return .send(since: 0) }
        let isNew = told.version != version || told.index != index || told.peers != peers
        if !isNew, isLast || now - told.at < Self.quiet { return .skip }
        return .send(since: now - told.wholeAt >= Self.wholeEvery ? 0 : told.version)
    }

    /// A report was taken.
    mutating func sent(
        since: Int, version: Int, index: Int, peers: [WorkerReport.PeerState], at now: ContinuousClock.Instant
    ) {
        let wholeAt = since == 0 ? now : told?.wholeAt ?? now
        told = Told(version: version, index: index, peers: peers, at: now, wholeAt: wholeAt)
    }

    /// A report wasn't taken, or nobody knows.
    mutating func failed() { told = nil }
}

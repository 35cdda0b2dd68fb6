internal import ControlPlane
internal import RoutingModel

/// The wish of a write to be answered when every live worker enforces it: `?wait=applied&timeout=5s`.
struct AppliedWait {
    private let timeout: Duration

    static let defaultTimeout = Duration.seconds(5)
    static let longestTimeout = Duration.seconds(60)

    /// Nil when `query` doesn't wish it; what is wrong with the wish is said in `query`.
    init?(_ query: QueryParameters) {
        let wish = query.text("wait")
        let timeout = query.duration("timeout", countingAtMost: Self.longestTimeout)
        if let wish, wish != "applied", !wish.isEmpty { query.say("wait", "invalid_value", "must be 'applied'") }
        if timeout != nil, wish == nil { query.say("timeout", "invalid_value", "is only taken with wait=applied") }
        guard wish != nil else { return nil }
        self.timeout = min(timeout ?? Self.defaultTimeout, Self.longestTimeout)
    }

    func report(on result: CommandResult, _ controlPlane: ControlPlane) async -> AppliedReport {
        await controlPlane.applied(result, timeout: timeout)
    }
}

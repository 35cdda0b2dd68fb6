internal import ControlPlane
internal import Hummingbird
internal import RoutingModel

/// The wish of a write to be answered when every live worker enforces it: `?wait=applied&timeout=5s`.
struct AppliedWait {
    private let timeout: Duration

    static let defaultTimeout = Duration.seconds(5)
    static let longestTimeout = Duration.seconds(60)

    /// Nil when `request` doesn't wish it. For paths that take no other parameters.
    /// - Throws: `Problem` (`invalid_query`).
    init?(_ request: Request) throws {
        let query = QueryParameters(request, known: ["wait", "timeout"])
        let wish = query.text("wait")
        let timeout = query.duration("timeout")
        if let wish, wish != "applied", !wish.isEmpty { query.say("wait", "invalid_value", "must be 'applied'") }
        if timeout != nil, wish == nil { query.say("timeout", "invalid_value", "is only taken with wait=applied") }
        try query.check()
        guard wish != nil else { return nil }
        self.timeout = min(timeout ?? Self.defaultTimeout, Self.longestTimeout)
    }

    func report(on result: CommandResult, _ controlPlane: ControlPlane) async -> AppliedReport {
        await controlPlane.applied(result, timeout: timeout)
    }
}

internal import NIOCore
internal import RoutingModel

/// When and for how long peers are ejected for what becomes of their requests: a group's policy, or what workers do
/// where there is none.
struct PassiveRules: Hashable {
    /// Failures in a row; at least 1.
    var failures: Int
    /// Responses of 500 and above in a row; 0 is never.
    var serverErrors: Int
    var shortest: TimeAmount
    var longest: TimeAmount
    /// Of 10,000; nil: all may be ejected at once, even the last.
    var share: Int?
    /// No policy: only connections that don't come about count, ejections double, and a connection ends them.
    var isDefault: Bool

    /// A killed instance mustn't cost every request an attempt until discovery takes it away; it may well be back in a
    /// second. All peers may be out: requests then go to them as if none were.
    static let standard = PassiveRules(
        failures: 1, serverErrors: 0, shortest: .seconds(1), longest: .seconds(10), share: nil, isDefault: true)

    private init(
        failures: Int, serverErrors: Int, shortest: TimeAmount, longest: TimeAmount, share: Int?, isDefault: Bool
    ) {
        self.failures = failures
        self.serverErrors = serverErrors
        self.shortest = shortest
        self.longest = longest
        self.share = share
        self.isDefault = isDefault
    }

    init(_ policy: PassiveHealth?) {
        guard let policy else {
            self = .standard
            return
        }
        self.init(
            failures: max(1, policy.consecutiveFailures), serverErrors: max(0, policy.consecutive5xx),
            shortest: .nanoseconds(policy.ejectionTime.nanoseconds),
            longest: .nanoseconds(max(policy.ejectionTime, policy.maxEjectionTime).nanoseconds),
            share: policy.maxEjected.basisPoints, isDefault: false)
    }

    func counts(_ cause: ProxyFailure) -> Bool { isDefault ? cause.isConnect : cause.blamesPeer }

    /// How long the ejection is that is the `number`-th in a row, from 1.
    func length(ofEjection number: Int) -> TimeAmount {
        let factor = isDefault ? Int64(1) << Int64(min(max(0, number - 1), 30)) : Int64(max(1, number))
        let (length, overflow) = shortest.nanoseconds.multipliedReportingOverflow(by: factor)
        return overflow ? longest : min(longest, .nanoseconds(length))
    }

    /// How many of `count` peers may be ejected at once: the share, but one of several always, and the last one never.
    func limit(of count: Int) -> Int {
        guard let share else { return count }
        return min(count - 1, max(1, count * share / 10_000))
    }
}

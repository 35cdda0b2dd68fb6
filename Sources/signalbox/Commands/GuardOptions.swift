import ArgumentParser
import ControlPlane

/// What of Consul's answers is believed at once, and which peers are kept out for coming and going.
struct GuardOptions: ParsableArguments {
    @Option(
        name: .customLong("guard"), help: "Whether answers of Consul's that take much away are confirmed. (default: on)"
    )
    var isOn: OnOff?

    @Option(
        help:
            "Share of a group's peers that an answer must take to be confirmed, in percent; 0: only all. (default: 50)")
    var guardShrinkShare: Int?

    @Option(
        help:
            "Share of a datacenter's services that must be gone at once to be held, in percent; 0: never. (default: 30)"
    )
    var guardMassShare: Int?

    @Option(help: "How many services that must be at least. (default: 5)")
    var guardMassMinimum: Int?

    @Option(help: "How long a service that is gone counts as gone at once with others. (default: 10s)")
    var guardMassWindow: Seconds?

    @Option(help: "Changes of a peer's usability within the window after which it is kept out; 0: never. (default: 6)")
    var flapChanges: Int?

    @Option(help: "The window in which these are counted. (default: 60s)")
    var flapWindow: Seconds?

    /// - Throws: `ValidationError` for a number that can't be.
    func guarding(_ environment: Environment) throws -> GuardPolicy {
        var policy = GuardPolicy()
        policy.isOn = try environment.value(isOn, "GUARD", default: .on) == .on
        policy.shrinkShare = try Self.percent(
            environment.value(guardShrinkShare, "GUARD_SHRINK_SHARE", default: policy.shrinkShare),
            "--guard-shrink-share")
        policy.massShare = try Self.percent(
            environment.value(guardMassShare, "GUARD_MASS_SHARE", default: policy.massShare), "--guard-mass-share")
        policy.massMinimum = try environment.value(
            guardMassMinimum, "GUARD_MASS_MINIMUM", default: policy.massMinimum)
        guard policy.massMinimum > 0 else { throw ValidationError("--guard-mass-minimum must be at least 1.") }
        policy.massWindow =
            try environment.value(guardMassWindow, "GUARD_MASS_WINDOW")?.duration ?? policy.massWindow
        return policy
    }

    /// - Throws: `ValidationError` for a number that can't be.
    func damping(_ environment: Environment) throws -> FlapPolicy {
        var policy = FlapPolicy()
        policy.changes = try environment.value(flapChanges, "FLAP_CHANGES", default: policy.changes)
        guard (0...1_000).contains(policy.changes) else {
            throw ValidationError("--flap-changes must be from 0 to 1000.")
        }
        policy.window = try environment.value(flapWindow, "FLAP_WINDOW")?.duration ?? policy.window
        guard policy.window > .zero else { throw ValidationError("--flap-window must be more than 0.") }
        return policy
    }

    private static func percent(_ value: Int, _ flag: String) throws -> Int {
        guard (0...100).contains(value) else { throw ValidationError("\(flag) must be from 0 to 100.") }
        return value
    }
}

/// The bounds of a `WatchSchedule`.
struct WatchLimits: Hashable, Sendable {
    /// Questions at once that Consul holds.
    let held: Int
    /// How many of those are left free while there are more services.
    let spare: Int
    /// Questions at once that it answers without holding them.
    let immediate: Int
    /// How many of those may be about services whose last question failed.
    let suspects: Int
    /// Questions of the rounds at once.
    let probes: Int
    let probesPerSecond: Int
    let shortestRound: Duration
    /// After how long a service of the rounds is asked for all it has.
    let refresh: Duration
    /// How long a question is held.
    let wait: Duration
    /// How long a question may take that isn't held.
    let grace: Duration
    /// Pauses after failures.
    let backoff: ClosedRange<Duration>

    init(_ configuration: ConsulConfiguration) {
        held = max(1, configuration.watches)
        spare = held == 1 ? 0 : max(1, held / 8)
        immediate = max(2, configuration.immediateQuestions - configuration.confirmations)
        suspects = max(1, immediate / 2)
        probes = max(1, configuration.probes)
        probesPerSecond = configuration.probesPerSecond
        shortestRound = configuration.shortestRound
        refresh = configuration.refresh
        wait = configuration.wait
        grace = configuration.grace
        backoff = configuration.backoff
    }

    /// How long a held question may take: Consul adds up to a sixteenth to the wait.
    var longest: Duration { wait + wait / 16 + grace }

    /// How often it is looked whether a watch has gone silent.
    var inspection: Duration { min(longest / 4, .seconds(5)) }
}

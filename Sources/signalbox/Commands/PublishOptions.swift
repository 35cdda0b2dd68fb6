import ArgumentParser

/// How `serve` gathers changes before it publishes them.
struct PublishOptions: ParsableArguments {
    @Option(help: "How long changes are gathered after a snapshot, 1m at most. (default: 20ms)")
    var coalesce: Seconds?

    @Option(help: "How far that grows while changes keep coming, 1m at most. (default: 200ms)")
    var coalesceMax: Seconds?

    /// The first window and the longest.
    /// - Throws: `ValidationError` for times that can't be.
    func windows(_ environment: Environment) throws -> (shortest: Duration, longest: Duration) {
        let range = Duration.zero ... .seconds(60)
        let shortest = try environment.time(coalesce, "coalesce", in: range) ?? .milliseconds(20)
        guard let longest = try environment.time(coalesceMax, "coalesce-max", in: range) else {
            return (shortest, max(shortest, .milliseconds(200)))
        }
        guard longest >= shortest else { throw ValidationError("--coalesce-max must not be shorter than --coalesce.") }
        return (shortest, longest)
    }
}

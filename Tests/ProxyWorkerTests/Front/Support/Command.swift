import TestKit

/// Programs that a test runs to their end.
enum Command {
    /// - Returns: what it wrote, standard output and standard error together.
    /// - Throws: `TestFailure` when it ends with another status than the ones expected.
    @discardableResult
    static func run(
        _ program: String, _ arguments: [String], expecting statuses: Set<Int32> = [0],
        within limit: Duration = .seconds(60)
    ) async throws -> String {
        try await ChildProcess.with(program, arguments) { child in
            let status = try await child.waitForExit(within: limit)
            guard statuses.contains(status) else {
                throw TestFailure("\(program) \(arguments) ended with \(status): \(child.output)")
            }
            return child.output
        }
    }

    /// Runs curl, which says no more than what was asked for.
    static func curl(_ arguments: [String], expecting statuses: Set<Int32> = [0]) async throws -> String {
        try await run("curl", ["--silent", "--show-error", "--max-time", "50"] + arguments, expecting: statuses)
    }
}

import AdminClient
import ArgumentParser

struct RoutesStatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show a route's shares side by side, asked for and observed, and how its requests fare.",
        discussion: """
            WEIGHT is what the rule says, DEALT what workers make of it while groups are empty, OBSERVED what requests
            really got in the window. Latencies are those of response heads, in milliseconds.
            """)

    @Argument(help: "The route's name.", completion: Completions.names(of: "routes"))
    var name: String

    @Option(help: "What the numbers cover, 10s to 10m. (default: 60s)")
    var window: String?

    @Flag(help: "Numbers since the workers' start, rather than of the window.")
    var total = false

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let path = RequestPath("v1", "routes", name, "stats").with("window", window)
            let value = try await session.connection.get(path).json()
            try session.show(value) { $0.stats(value, total: total) }
        }
    }
}

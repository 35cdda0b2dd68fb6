import AdminClient
import ArgumentParser

struct WeightsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights", abstract: "Change how a route splits its requests.",
        discussion: """
            Groups that aren't named share the rest in the proportion of their present weights.

              signalbox weights star star-canary=20 --wait

            When somebody else changes the split at the same time, nothing is changed and you are told.
            """)

    @Argument(help: "The route.", completion: Completions.names(of: "routes"))
    var route: String

    @Argument(
        help: "GROUP=PERCENT, with at most two decimals.", completion: Completions.names(of: "groups", suffix: "="))
    var weights: [WeightAssignment]

    @OptionGroup var options: WriteOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let (answer, new) = try await session.connection.changeWeights(of: route, weights) {
                options.request($0, $1)
            }
            try session.finish(answer, options) { _ in "route \(route): \(WeightAssignment.words(new))" }
        }
    }
}

extension WeightAssignment: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

import AdminClient
import ArgumentParser
import RoutingModel

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

    /// How often a change of something else in the route may come in between.
    private static let attempts = 3

    func run() async throws {
        try await client.run { session in
            var seen: [WeightAssignment]?
            for attempt in 1...Self.attempts {
                let answer = try await session.connection.get(RequestPath("v1", "routes", route))
                let split = try Self.split(try answer.json())
                if let seen, seen != split {
                    throw ClientFailure.failed(
                        "The split of route \(route) was changed meanwhile, from \(Self.words(seen)) to "
                            + "\(Self.words(split)); nothing was changed. Look at it and try again.")
                }
                seen = split
                let new = try WeightShares.deal(split, weights)
                let document = JSONValue.object(
                    new.reduce(into: [:]) { $0[$1.group] = Self.number($1.weight) })
                let request = try options.request("PUT", RequestPath("v1", "routes", route, "weights"))
                    .with(header: "If-Match", answer.etag).with(document)
                do {
                    let result = try await session.connection.send(request)
                    return try session.finish(result, options) { _ in "route \(route): \(Self.words(new))" }
                } catch ClientFailure.refused(let refusal) where refusal.status == 412 && attempt < Self.attempts {
                    continue
                }
            }
        }
    }

    private static func split(_ route: JSONValue) throws(ClientFailure) -> [WeightAssignment] {
        var split: [WeightAssignment] = []
        for entry in route["split"]?.items ?? [] {
            guard let group = entry["group"]?.text, let weight = (entry["weight"]?.double).flatMap({ Percent($0) })
            else { throw .failed("The route's split can't be read.") }
            split.append(WeightAssignment(group: group, weight: weight))
        }
        return split
    }

    private static func number(_ weight: Percent) -> JSONValue {
        weight.basisPoints % 100 == 0 ? .integer(Int64(weight.basisPoints / 100)) : .number(weight.value)
    }

    private static func words(_ split: [WeightAssignment]) -> String {
        split.map { "\($0.group) \($0.weight)" }.joined(separator: ", ")
    }
}

extension WeightAssignment: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

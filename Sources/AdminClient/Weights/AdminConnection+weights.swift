internal import RoutingModel

extension AdminConnection {
    /// How often a change of something else may come in between.
    private static let attempts = 3

    /// Gives groups of a route new weights, on top of exactly the split that they were reckoned from.
    ///
    /// A change of anything else in the route that comes in between is no hindrance: it is read again and tried again.
    /// - Parameters:
    ///   - named: the groups that get a weight of their own; the others share the rest.
    ///   - write: the request for a method and a path, with what else the operator wishes.
    /// - Returns: the answer, and the weights that were asked for.
    /// - Throws: `ClientFailure` when the split itself was changed meanwhile; nothing is changed then.
    package func changeWeights(
        of route: String, _ named: [WeightAssignment], _ write: (String, RequestPath) -> AdminRequest
    ) async throws -> (answer: AdminAnswer, weights: [WeightAssignment]) {
        var seen: [WeightAssignment]?
        var attempt = 1
        while true {
            let answer = try await get(RequestPath("v1", "routes", route))
            let split = try Self.split(try answer.json())
            if let seen, seen != split {
                throw ClientFailure.failed(
                    "The split of route \(route) was changed meanwhile, from \(WeightAssignment.words(seen)) to "
                        + "\(WeightAssignment.words(split)); nothing was changed. Look at it and try again.")
            }
            seen = split
            let weights = try WeightShares.deal(split, named)
            let document = JSONValue.object(weights.reduce(into: [:]) { $0[$1.group] = Self.number($1.weight) })
            let request = try write("PUT", RequestPath("v1", "routes", route, "weights"))
                .with(header: "If-Match", answer.etag).with(document)
            do {
                return (try await send(request), weights)
            } catch ClientFailure.refused(let refusal) where refusal.status == 412 && attempt < Self.attempts {
                attempt += 1
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
}

extension WeightAssignment {
    /// `star-canary 20, star-stable 80`
    package static func words(_ split: [WeightAssignment]) -> String {
        split.map { "\($0.group) \($0.weight)" }.joined(separator: ", ")
    }
}

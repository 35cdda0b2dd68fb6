internal import RoutingModel

/// New weights for the groups of a split, from those that an operator names.
package enum WeightShares {
    /// What the groups get: those that are named their percentage, the others what is left in the proportion of their
    /// present weights, exact to 0.01: hundredths that are left over go to those with the largest remainders, of equal
    /// ones to the one that stands first.
    /// - Parameter split: the present weights in the split's order.
    /// - Returns: the new weights in the same order; together exactly 100.
    /// - Throws: `ClientFailure` when the percentages can't be had.
    package static func deal(
        _ split: [WeightAssignment], _ named: [WeightAssignment]
    ) throws(ClientFailure) -> [WeightAssignment] {
        var wanted: [String: Percent] = [:]
        for entry in named {
            guard split.contains(where: { $0.group == entry.group }) else {
                let groups = split.map(\.group).joined(separator: ", ")
                throw .failed("'\(entry.group)' is no group of this route's split; those are \(groups).")
            }
            guard wanted.updateValue(entry.weight, forKey: entry.group) == nil else {
                throw .failed("'\(entry.group)' is named twice.")
            }
        }
        let total = wanted.values.reduce(0) { $0 + $1.basisPoints }
        let rest = Percent.whole.basisPoints - total
        let others = split.filter { wanted[$0.group] == nil }
        guard rest >= 0, rest == 0 || !others.isEmpty else {
            throw .failed("The weights add up to \(hundredths(total)), not to 100.")
        }
        let shares = try divide(rest, among: others)
        return split.map { entry in
            WeightAssignment(group: entry.group, weight: wanted[entry.group] ?? shares[entry.group] ?? .zero)
        }
    }

    private static func divide(
        _ rest: Int, among others: [WeightAssignment]
    ) throws(ClientFailure) -> [String: Percent] {
        let sum = others.reduce(0) { $0 + $1.weight.basisPoints }
        if rest == 0 { return [:] }
        if sum == 0 {
            guard others.count == 1 else {
                let groups = others.map(\.group).joined(separator: ", ")
                throw .failed("\(hundredths(rest)) is left, and \(groups) have 0 now: say which of them gets it.")
            }
            return [others[0].group: Percent(clamping: rest)]
        }
        var parts = others.map { $0.weight.basisPoints * rest / sum }
        let byRemainder = others.indices.sorted { left, right in
            let (first, second) = (
                others[left].weight.basisPoints * rest % sum, others[right].weight.basisPoints * rest % sum
            )
            return first == second ? left < right : first > second
        }
        for index in byRemainder.prefix(rest - parts.reduce(0, +)) { parts[index] += 1 }
        return Dictionary(
            zip(others.map(\.group), parts.map { Percent(clamping: $0) }), uniquingKeysWith: { first, _ in first })
    }

    private static func hundredths(_ value: Int) -> String { PercentText.text(Double(value) / 100) }
}

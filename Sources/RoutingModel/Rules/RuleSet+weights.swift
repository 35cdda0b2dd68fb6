internal import HashTreeCollections

extension RuleSet {
    /// New weights for the groups of a route's split, in the order that the split has. Groups that aren't named get 0;
    /// a group that isn't in the split yet is an error, since its place in the order would decide who moves.
    func planWeights(_ name: String, _ document: WeightsDocument, at: Timestamp) throws -> [RuleChange] {
        guard let before = routes[name] else { throw Self.notFound("route", name) }
        let problems = ProblemList()
        let weights = document.weights

        let listed = Set(before.value.split.map(\.group))
        for group in weights.keys.sorted() where !listed.contains(group) {
            problems.add(
                JSONPointer.root[group], groups[group] == nil ? "unknown_group" : "not_in_split",
                "is no group of this route's split")
        }
        let sum = weights.values.reduce(0) { $0 + $1.basisPoints }
        if sum != Percent.whole.basisPoints {
            problems.add(
                .root, "weights_sum", "has weights that add up to \(Percent.text(basisPoints: sum)), not exactly 100")
        }
        try Self.refuse("weights document", problems)

        var route = before.value
        for index in route.split.indices { route.split[index].weight = weights[route.split[index].group] ?? .zero }
        guard route != before.value else { return [] }
        return [
            .route(
                name: name, before: before,
                after: stored(name, route, try before.document(withWeightsOf: route.split), at))
        ]
    }
}

extension StoredRule {
    /// The document as written, with nothing but its weights replaced.
    /// - Parameter split: in the document's order.
    fileprivate func document(withWeightsOf split: [SplitEntry]) throws -> String {
        var tree = try CanonicalJSON.decode([String: JSONValue].self, from: document)
        guard case .array(var entries)? = tree["split"], entries.count == split.count else {
            tree["split"] = try CanonicalJSON.tree(split)
            return try CanonicalJSON.text(tree)
        }
        for (index, entry) in split.enumerated() {
            guard case .object(var members) = entries[index] else { continue }
            members["weight"] = try CanonicalJSON.tree(entry.weight)
            entries[index] = .object(members)
        }
        tree["split"] = .array(entries)
        return try CanonicalJSON.text(tree)
    }
}

package import RoutingModel

/// One field in which two documents differ.
package struct FieldChange: Hashable, Sendable {
    /// Members from the outside in, joined by dots: `match.hosts`, `split.star-canary.weight`.
    package let path: String
    /// Nil when it wasn't there.
    package let before: JSONValue?
    /// Nil when it is gone.
    package let after: JSONValue?

    package init(path: String, before: JSONValue?, after: JSONValue?) {
        self.path = path
        self.before = before
        self.after = after
    }

    /// What Signalbox adds to a rule; it always changes.
    private static let added: Set<String> = ["revision", "updated_at"]
    /// What names an element of an array, whatever its place.
    private static let names = ["group", "name", "id"]

    /// The fields that differ, in the order of their paths.
    package static func between(_ before: JSONValue, _ after: JSONValue) -> [FieldChange] {
        var changes: [FieldChange] = []
        compare(before, after, "", &changes)
        return changes
    }

    private static func compare(_ before: JSONValue?, _ after: JSONValue?, _ path: String, _ out: inout [FieldChange]) {
        if before == after { return }
        let left = before.flatMap(members)
        let right = after.flatMap(members)
        if let left, let right {
            for name in Set(left.keys).union(right.keys).sorted() where !(path.isEmpty && added.contains(name)) {
                compare(left[name], right[name], path.isEmpty ? name : "\(path).\(name)", &out)
            }
            // The same elements in another order: the order of a split decides who moves.
            if case .array = before, left == right {
                out.append(FieldChange(path: path, before: order(before), after: order(after)))
            }
            return
        }
        out.append(FieldChange(path: path, before: before, after: after))
    }

    /// An object's members, or the elements of an array by their names.
    private static func members(_ value: JSONValue) -> [String: JSONValue]? {
        if let members = value.members { return members }
        guard let items = value.items, !items.isEmpty else { return nil }
        for name in names {
            let keys = items.compactMap { $0[name]?.text }
            guard keys.count == items.count, Set(keys).count == keys.count else { continue }
            return Dictionary(zip(keys, items), uniquingKeysWith: { first, _ in first })
        }
        return nil
    }

    private static func order(_ value: JSONValue?) -> JSONValue? {
        guard let items = value?.items else { return value }
        return .array(items.map { item in names.lazy.compactMap { item[$0] }.first ?? item })
    }
}

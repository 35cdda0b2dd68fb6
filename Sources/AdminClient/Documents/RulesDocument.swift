package import RoutingModel

/// The rules of one or several files as one document of `/v1/config`.
package struct RulesDocument: Hashable, Sendable {
    private static let kinds = ["groups", "routes", "overrides"]

    package private(set) var value: [String: JSONValue] = [:]
    /// Which file brought a rule, to name both when it is there twice.
    private var sources: [String: String] = [:]

    package init() {}

    /// Adds what stands in a file.
    /// - Throws: `ClientFailure` when a rule is there already, or the document isn't one of rules.
    package mutating func add(_ document: JSONValue, from source: String) throws(ClientFailure) {
        guard let members = document.members else {
            throw .failed("\(source) is no document of rules: it needs groups, routes or overrides.")
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard Self.kinds.contains(name), let rules = value.members else {
                // The server says what is wrong with what isn't known here.
                if let first = sources[name], self.value[name] != value {
                    throw .failed("'\(name)' is in \(first) and in \(source).")
                }
                sources[name] = source
                // `groups:` with nothing below says as much as leaving it out.
                if !(Self.kinds.contains(name) && value.isNull) { self.value[name] = value }
                continue
            }
            try add(rules, name, source)
        }
    }

    private mutating func add(_ rules: [String: JSONValue], _ kind: String, _ source: String) throws(ClientFailure) {
        var all = value[kind]?.members ?? [:]
        for (name, rule) in rules {
            if let first = sources["\(kind)/\(name)"] {
                throw .failed("'\(name)' of \(kind) is in \(first) and in \(source).")
            }
            sources["\(kind)/\(name)"] = source
            all[name] = rule
        }
        value[kind] = .object(all)
    }

    /// The document to send.
    /// - Parameter message: what to say of the change; goes before a file's own.
    package func document(message: String? = nil) -> JSONValue {
        var value = value
        if let message { value["message"] = .string(message) }
        return .object(value)
    }
}

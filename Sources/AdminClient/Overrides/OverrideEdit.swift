package import RoutingModel

/// How an operator's word on a peer changes: what the command says, and what an override that is there already keeps.
package struct OverrideEdit: Hashable, Sendable {
    /// `drain` or `disabled`; nil takes the state away.
    package let state: String?
    /// A new weight; nil keeps the one that is there.
    package let weight: Int?
    package let reason: String?
    /// `2h`; nil for no end.
    package let expiresIn: String?
    /// Whether nothing is kept of an override that is there.
    package let replaces: Bool

    package init(
        state: String?, weight: Int? = nil, reason: String? = nil, expiresIn: String? = nil, replaces: Bool = false
    ) {
        self.state = state
        self.weight = weight
        self.reason = reason
        self.expiresIn = expiresIn
        self.replaces = replaces
    }

    /// The document to put.
    /// - Parameter existing: the override that is there, as the server shows it.
    /// - Returns: nil when nothing is left to say: then the override is to be deleted.
    package func document(over existing: JSONValue?) -> JSONValue? {
        let existing = replaces ? .none : existing
        var document: [String: JSONValue] = [:]
        if let state { document["state"] = .string(state) }
        if let weight = weight ?? existing?["weight"]?.int { document["weight"] = .integer(Int64(weight)) }
        guard !document.isEmpty else { return nil }
        document["reason"] = reason.map { .string($0) } ?? existing?["reason"] ?? .string("")
        if let expiresIn {
            document["expires_in"] = .string(expiresIn)
        } else if state == nil, let expiry = existing?["expires_at"], !expiry.isNull {
            // What stays keeps its end.
            document["expires_at"] = expiry
        }
        return .object(document)
    }
}

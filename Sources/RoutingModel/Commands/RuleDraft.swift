internal import Foundation

/// A rule that an operator sent, read and validated as far as that goes without the other rules: what takes time is done
/// before the rule set is asked.
package struct RuleDraft<Value: Hashable & Sendable>: Sendable {
    package let name: String
    /// Nil when it could not be read.
    package let value: Value?
    /// Canonical JSON, for the store.
    package let text: String
    /// What is wrong with it in itself.
    package let problems: [FieldProblem]
}

extension RuleDraft {
    /// The draft with its problems' places below `pointer`.
    func placed(below pointer: JSONPointer) -> RuleDraft {
        guard !problems.isEmpty else { return self }
        return RuleDraft(
            name: name, value: value, text: text,
            problems: problems.map {
                FieldProblem(pointer: pointer.description + $0.pointer, code: $0.code, message: $0.message)
            })
    }
}

extension RuleDraft where Value == Group {
    /// - Parameter name: nil when the document names it.
    /// - Throws: `Problem` (`malformed_json`).
    static func group(_ data: Data, name: String?) throws -> RuleDraft {
        try read(data, name: name) { $0.validate(at: .root, into: $1) }
    }
}

extension RuleDraft where Value == Route {
    /// - Throws: `Problem` (`malformed_json`).
    static func route(_ data: Data, name: String?) throws -> RuleDraft {
        try read(data, name: name) { $0.validate(at: .root, into: $1) }
    }
}

extension RuleDraft where Value == OverrideDocument {
    /// - Parameter name: the peer's id.
    /// - Throws: `Problem` (`malformed_json`).
    static func override(_ data: Data, peer name: String) throws -> RuleDraft {
        let problems = ProblemList()
        if !PeerID(name).isWellFormed { problems.add(.root["peer"], "invalid_value", PeerID.rule) }
        let value = try StrictDecoding.decode(OverrideDocument.self, from: data, problems: problems)
        return RuleDraft(name: name, value: value, text: "", problems: problems.problems)
    }
}

extension RuleDraft where Value: Decodable {
    fileprivate static func read(
        _ data: Data, name: String?, _ validate: (Value, ProblemList) -> Void
    ) throws -> RuleDraft {
        let problems = ProblemList()
        let own: String
        if let name {
            own = name
        } else {
            own = try RuleDocument.name(in: data, problems: problems)
        }
        let read = try RuleDocument.read(Value.self, from: data, name: own, problems: problems)
        if let read { validate(read.value, problems) }
        return RuleDraft(
            name: own, value: read?.value, text: read?.text ?? "{}", problems: problems.problems)
    }
}

internal import Foundation

/// What an operator wrote for one rule, apart from what Signalbox adds to it.
package enum RuleDocument {
    /// Members that Signalbox adds when it shows a rule; accepted and passed over in what comes back from an operator.
    package static let addedFields: Set<String> = ["name", "revision", "updated_at"]

    /// Reads a rule and the text to store for it: canonical JSON, as written, without the added members.
    ///
    /// - Parameter name: when neither nil nor empty, a `name` in the document must be equal to it.
    /// - Throws: `Problem` (`malformed_json`) when `data` isn't JSON.
    static func read<T: Decodable>(
        _ type: T.Type, from data: Data, name: String?, problems: ProblemList
    ) throws -> (value: T, text: String)? {
        guard let value = try StrictDecoding.decode(type, from: data, problems: problems) else { return nil }
        let added = try? JSONDecoder().decode(AddedName.self, from: data)
        if let name, !name.isEmpty, let written = added?.name, written != .string(name) {
            problems.add(.root["name"], "invalid_value", "must be '\(name)', the name in the path, or be left out")
        }
        // What is refused needs no text, and reading a tree takes its time.
        guard problems.isEmpty else { return (value, "{}") }
        guard case .object(var members)? = try? JSONDecoder().decode(JSONValue.self, from: data) else {
            // In a member that was passed over.
            problems.add(.root, "invalid_value", "has a number that is too large")
            return (value, "{}")
        }
        for field in addedFields { members[field] = nil }
        return (value, try CanonicalJSON.text(JSONValue.object(members)))
    }

    private struct AddedName: Decodable {
        let name: JSONValue?
    }

    /// The `name` that a document to be created gives.
    static func name(in data: Data, problems: ProblemList) throws -> String {
        struct Named: Decodable {
            enum CodingKeys: String, CodingKey, CaseIterable { case name }
            let name: String
        }
        do {
            let name = try JSONDecoder().decode(Named.self, from: data).name
            if !RuleName.isValid(name) { problems.add(.root["name"], "invalid_value", RuleName.rule) }
            return name
        } catch DecodingError.dataCorrupted {
            // Not JSON: reading the rule itself says so.
        } catch let error as DecodingError {
            problems.add(error)
        }
        return ""
    }
}

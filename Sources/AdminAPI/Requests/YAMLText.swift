internal import Foundation
internal import RoutingModel
internal import Yams

/// YAML in, as JSON's values, and out.
///
/// Plain scalars are read by the core schema of YAML 1.2 (section 10.3.2): `no`, `on` and `12:30` are strings, as people
/// expect.
enum YAMLText {
    static let mediaTypes: Set<String> = [
        "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "application/vnd.yaml",
    ]

    /// How many values a document may come to when its aliases are followed: none takes less than a byte where there are
    /// no aliases, and nobody writes rules of which each is there many times.
    private static func largest(_ data: Data) -> Int { 4 * data.count + 10_000 }

    private static let deepest = 128

    /// - Parameter problems: takes members that are there twice and values that JSON doesn't have.
    /// - Throws: `Problem` (`malformed_json`) when it is not YAML.
    static func read(_ data: Data, problems: ProblemList) throws -> JSONValue {
        guard let text = String(data: data, encoding: .utf8) else {
            throw Problem(.malformedJSON, "The body is not UTF-8.")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw Problem(.malformedJSON, "The body is not YAML: \(reason(error)).")
        }
        guard let root else { return .object([:]) }
        var left = largest(data)
        return try value(root, .root, depth: 0, &left, problems)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            return "\(problem) in line \(mark.line)"
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            return "\(duplicates.map { "'\($0)'" }.joined(separator: ", ")) is there more than once"
                + " in line \(context.mark.line)"
        default: return "it can't be read"
        }
    }

    private static func value(
        _ node: Node, _ place: JSONPointer, depth: Int, _ left: inout Int, _ problems: ProblemList
    ) throws -> JSONValue {
        left -= 1
        guard left >= 0, depth <= deepest else {
            throw Problem(.malformedJSON, "The body is nested too deeply, or its aliases make too much of it.")
        }
        switch node {
        case .scalar(let scalar): return self.scalar(scalar, place, problems)
        case .sequence(let sequence):
            var items: [JSONValue] = []
            for (index, item) in sequence.enumerated() {
                items.append(try value(item, place[index], depth: depth + 1, &left, problems))
            }
            return .array(items)
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, item) in mapping {
                guard case .scalar(let name) = key else {
                    problems.add(place, "invalid_value", "has a key that is not a string")
                    continue
                }
                let below = place[name.string]
                if members[name.string] != nil { problems.add(below, "duplicate", "is there more than once") }
                members[name.string] = try value(item, below, depth: depth + 1, &left, problems)
            }
            return .object(members)
        case .alias:
            problems.add(place, "invalid_value", "is an alias that names nothing")
            return .null
        }
    }

    private static func scalar(_ scalar: Node.Scalar, _ place: JSONPointer, _ problems: ProblemList) -> JSONValue {
        let text = scalar.string
        guard scalar.style == .plain || scalar.style == .any else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        if text.wholeMatch(of: /[-+]?[0-9]+/) != nil {
            if let number = Int64(text) { return .integer(number) }
            problems.add(place, "invalid_value", "has a number that is too large")
        }
        if text.wholeMatch(of: /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/) != nil,
            let number = Double(text), number.isFinite
        {
            return .number(number)
        }
        return .string(text)
    }

    // MARK: Writing

    /// Members sorted by name; equal values are equal bytes.
    static func text(_ value: JSONValue) throws -> String {
        try Yams.serialize(node: node(value), allowUnicode: true, sortKeys: true)
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .null: return Node("null", Tag(.null))
        case .bool(let flag): return Node(flag ? "true" : "false", Tag(.bool))
        case .integer(let number): return Node("\(number)", Tag(.int))
        case .number(let number): return Node("\(number)", Tag(.float))
        case .string(let text): return Node(text, Tag(.str), isPlain(text) ? .plain : .doubleQuoted)
        case .array(let items): return Node(items.map(node), Tag(.seq), items.isEmpty ? .flow : .block)
        case .object(let members):
            return Node(
                members.sorted { $0.key < $1.key }.map { (node(.string($0.key)), node($0.value)) }, Tag(.map),
                members.isEmpty ? .flow : .block)
        }
    }

    private static let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]

    /// Whether every reader takes `text` for a string without quotes.
    private static func isPlain(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Za-z_\/][A-Za-z0-9_.\/~ -]*[A-Za-z0-9_\/]|[A-Za-z_\/]/) != nil
            && !words.contains(text.lowercased())
    }
}

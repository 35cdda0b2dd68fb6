internal import Foundation
package import RoutingModel
internal import Yams

/// Reads the documents of a file that an operator wrote: JSON, or YAML with any number of documents.
///
/// Plain words of YAML are read as YAML 1.2's core schema has them: `yes`, `on` and `12:30` are text. A number with a
/// leading zero is text too, since it means different things to different readers.
package enum DocumentReader {
    /// How deep documents may be nested, as in the admin API.
    private static let deepest = JSONScan.deepest
    /// What aliases may blow a small document up to, in values; one without aliases has fewer values than bytes.
    private static let mostByAliases = 100_000

    /// - Parameter source: how to name the text in an error, e.g. its file.
    /// - Returns: the documents in order; empty ones are left out.
    /// - Throws: `ClientFailure` with the place of what is wrong.
    package static func documents(_ text: String, source: String) throws(ClientFailure) -> [JSONValue] {
        if text.first(where: { !$0.isWhitespace }) == "{" || source.hasSuffix(".json") {
            do { return [try json(text)] } catch {
                // A YAML mapping may begin with a brace too.
                guard !source.hasSuffix(".json"), let documents = try? yaml(text) else {
                    throw .failed("\(source) is not JSON: \(error.reason).")
                }
                return documents
            }
        }
        do { return try yaml(text) } catch let error as Unreadable {
            throw .failed("\(source) can't be used: \(error.reason)")
        } catch {
            throw .failed("\(source) is not YAML: \(words(error))")
        }
    }

    /// The one document of `text`.
    package static func document(_ text: String, source: String) throws(ClientFailure) -> JSONValue {
        let all = try documents(text, source: source)
        guard all.count == 1 else { throw .failed("\(source) has \(all.count) documents; one is needed.") }
        return all[0]
    }

    private struct Unreadable: Error { let reason: String }

    private static func json(_ text: String) throws(Unreadable) -> JSONValue {
        let scan: JSONScan
        do { scan = try JSONScan(Data(text.utf8)) } catch { throw Unreadable(reason: error.reason) }
        if let twice = scan.duplicates.first { throw Unreadable(reason: "\(twice) is there twice") }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) else {
            throw Unreadable(reason: "a number is too large")
        }
        return value
    }

    private static func yaml(_ text: String) throws -> [JSONValue] {
        var documents: [JSONValue] = []
        var left = max(mostByAliases, text.utf8.count)
        // Not `compose_all`: that ends at an error as if it were the end of the text.
        let parser = try Parser(yaml: text)
        while let node = try parser.nextRoot() {
            let value = try self.value(node, depth: 0, &left)
            if value != .null { documents.append(value) }
        }
        return documents
    }

    private static func value(_ node: Node, depth: Int, _ left: inout Int) throws -> JSONValue {
        left -= 1
        guard depth <= deepest else { throw Unreadable(reason: "it is nested more than \(deepest) deep.") }
        guard left >= 0 else { throw Unreadable(reason: "its aliases make too many values of it.") }
        switch node {
        case .scalar(let scalar): return self.scalar(scalar)
        case .sequence(let sequence):
            var items: [JSONValue] = []
            for item in sequence { items.append(try value(item, depth: depth + 1, &left)) }
            return .array(items)
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, item) in mapping {
                guard case .scalar(let name) = key else { throw Unreadable(reason: "a name in it is no text.") }
                members[name.string] = try value(item, depth: depth + 1, &left)
            }
            return .object(members)
        case .alias: throw Unreadable(reason: "an alias in it has no anchor.")
        }
    }

    private static func scalar(_ scalar: Node.Scalar) -> JSONValue {
        let text = scalar.string
        let isExplicitText = scalar.tag.description == Tag.Name.str.rawValue
        guard scalar.style == .plain || scalar.style == .any, !isExplicitText else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first, (0x2B...0x39).contains(first) else { return .string(text) }
        if text.wholeMatch(of: /[-+]?(0|[1-9][0-9]*)/) != nil, let value = Int64(text) { return .integer(value) }
        if text.wholeMatch(of: /[-+]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][-+]?[0-9]+)?/) != nil,
            text.contains(where: \.isNumber), let value = Double(text), value.isFinite
        {
            return .number(value)
        }
        return .string(text)
    }

    /// A parser's error on one line.
    private static func words(_ error: any Error) -> String {
        if case .duplicatedKeysInMapping(let keys, let context) = error as? YamlError {
            return "\(keys.map { "'\($0)'" }.joined(separator: ", ")) is there twice in the mapping at \(context)."
        }
        return "\(error)".split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && $0 != "^" }.joined(separator: " ")
    }
}

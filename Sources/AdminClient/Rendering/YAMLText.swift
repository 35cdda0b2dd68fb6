package import RoutingModel
internal import Yams

/// YAML that every reader, of YAML 1.1 or 1.2, reads back as the same values.
package enum YAMLText {
    /// Block style, members by name; ends with a line break.
    package static func text(_ value: JSONValue) throws(ClientFailure) -> String {
        do {
            return try serialize(node: node(value), width: -1, allowUnicode: true)
        } catch {
            throw .failed("The answer can't be written as YAML: \(error)")
        }
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .object(let members):
            return .mapping(
                .init(
                    members.sorted { $0.key < $1.key }.map { (scalar($0.key), node($0.value)) }, .implicit,
                    members.isEmpty ? .flow : .block))
        case .array(let items):
            let isShort = items.allSatisfy { $0.items == nil && $0.members == nil } && JSONText.line(value).count <= 80
            return .sequence(.init(items.map(node), .implicit, isShort ? .flow : .block))
        case .string(let text): return scalar(text)
        case .null, .bool, .integer, .number: return .scalar(.init(JSONText.line(value), .implicit, .plain))
        }
    }

    /// Text that would be something else when it stood there plainly is quoted.
    private static func scalar(_ text: String) -> Node {
        let plain = Node.scalar(.init(text, .implicit, .plain))
        let isText = Resolver.default.resolveTag(of: plain) == .str && !text.isEmpty
        let isAmbiguous = ["y", "n", "Y", "N"].contains(text)
        if text.contains("\n"), !text.hasPrefix(" "), !text.contains(where: { $0 == "\r" || $0 == "\t" }) {
            return .scalar(.init(text, Tag(.str), .literal))
        }
        return .scalar(.init(text, Tag(.str), isText && !isAmbiguous ? .any : .singleQuoted))
    }
}

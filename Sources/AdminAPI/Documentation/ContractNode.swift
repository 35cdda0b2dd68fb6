internal import Yams

/// A part of `openapi.yaml`, in the order in which it is written, with references followed.
struct ContractNode {
    private let node: Node
    private let root: Node

    /// - Throws: `YamlError`.
    init(yaml text: String) throws {
        root = try Yams.compose(yaml: text) ?? Node([] as [(Node, Node)])
        node = root
    }

    private init(_ node: Node, root: Node) {
        self.node = node
        self.root = root
    }

    subscript(_ key: String) -> ContractNode? {
        node.mapping?.first { $0.key.string == key }.map { ContractNode($0.value, root: root) }
    }

    /// A mapping's members; empty for anything else.
    var members: [(key: String, value: ContractNode)] {
        node.mapping?.map { ($0.key.string ?? "", ContractNode($0.value, root: root)) } ?? []
    }

    /// A sequence's items; empty for anything else.
    var items: [ContractNode] { node.sequence?.map { ContractNode($0, root: root) } ?? [] }

    /// A scalar as it is written, without quotes.
    var text: String? { node.scalar?.string }

    var isTrue: Bool { text == "true" }

    /// The last word of `$ref`, such as `Group`.
    var referenceName: String? { self["$ref"]?.text?.split(separator: "/").last.map(String.init) }

    /// What `$ref` refers to; itself without one, or when it refers to nothing.
    var resolved: ContractNode {
        guard let path = self["$ref"]?.text, path.hasPrefix("#/") else { return self }
        var found = ContractNode(root, root: root)
        for key in path.dropFirst(2).split(separator: "/") {
            guard let next = found[String(key)] else { return self }
            found = next
        }
        return found
    }

    // MARK: As JSON

    /// JSON for people: what fits into a line is in one.
    func json(indent: String = "") -> String {
        let short = jsonLine
        if indent.count + short.count <= 76 { return short }
        let inner = indent + "  "
        if let mapping = node.mapping {
            let lines = mapping.map {
                "\(inner)\(Self.quoted($0.key.string ?? "")): \(ContractNode($0.value, root: root).json(indent: inner))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        }
        if let sequence = node.sequence {
            let lines = sequence.map { "\(inner)\(ContractNode($0, root: root).json(indent: inner))" }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
        }
        return short
    }

    private var jsonLine: String {
        if let mapping = node.mapping {
            let members = mapping.map {
                "\(Self.quoted($0.key.string ?? "")): \(ContractNode($0.value, root: root).jsonLine)"
            }
            return "{\(members.joined(separator: ", "))}"
        }
        if let sequence = node.sequence {
            return "[\(sequence.map { ContractNode($0, root: root).jsonLine }.joined(separator: ", "))]"
        }
        guard let scalar = node.scalar else { return "null" }
        guard scalar.style == .plain || scalar.style == .any else { return Self.quoted(scalar.string) }
        switch scalar.string {
        case "", "~", "null": return "null"
        case "true", "false": return scalar.string
        default: return Self.isNumber(scalar.string) ? scalar.string : Self.quoted(scalar.string)
        }
    }

    /// Whether JSON would take it as a number (RFC 8259 section 6).
    private static func isNumber(_ text: String) -> Bool {
        let digits = text.drop { $0 == "-" }
        guard let first = digits.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return Double(text) != nil
    }

    private static func quoted(_ text: String) -> String {
        var json = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\n": json += "\\n"
            case "\t": json += "\\t"
            default: json.unicodeScalars.append(character)
            }
        }
        return json + "\""
    }
}

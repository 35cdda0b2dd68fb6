/// A place in a JSON document (RFC 6901), built from the outside in.
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// The whole document.
    package static let root = JSONPointer(description: "")

    private init(description: String) { self.description = description }

    package init(_ path: [any CodingKey]) {
        self = path.reduce(.root) { pointer, key in key.intValue.map { pointer[$0] } ?? pointer[key.stringValue] }
    }

    package subscript(member: String) -> JSONPointer {
        // RFC 6901 section 3: "~" and "/" are escaped in a member's name.
        var escaped = ""
        for character in member {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.append(character)
            }
        }
        return JSONPointer(description: "\(description)/\(escaped)")
    }

    package subscript(index: Int) -> JSONPointer { JSONPointer(description: "\(description)/\(index)") }
}

/// A place in a JSON document (RFC 6901), built from the outside in.
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// The whole document.
    package static let root = JSONPointer(description: "")

    private init(description: String) { self.description = description }

    package init(_ path: [any CodingKey]) {
        // A member whose name is a number has an `intValue` too, in which "007" would have become 7.
        self = path.reduce(.root) { pointer, key in
            if let index = key.intValue, Int(key.stringValue) == nil { return pointer[index] }
            return pointer[key.stringValue]
        }
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

package import RoutingModel

/// JSON for files and pipes.
package enum JSONText {
    /// Indented by two blanks, members by name; short arrays of plain values stay on their line. Ends without a line
    /// break.
    package static func pretty(_ value: JSONValue) -> String {
        var text = ""
        write(value, "", &text)
        return text
    }

    /// On one line.
    package static func line(_ value: JSONValue) -> String { (try? CanonicalJSON.text(value)) ?? "null" }

    private static func write(_ value: JSONValue, _ indent: String, _ out: inout String) {
        let inner = indent + "  "
        switch value {
        case .object(let members) where !members.isEmpty:
            out += "{\n"
            for (place, (name, member)) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                out += place == 0 ? inner : ",\n\(inner)"
                out += "\(line(.string(name))): "
                write(member, inner, &out)
            }
            out += "\n\(indent)}"
        case .array(let items) where !items.isEmpty:
            if items.allSatisfy(isPlain), line(value).count <= 80 {
                out += "[\(items.map(line).joined(separator: ", "))]"
                return
            }
            out += "[\n"
            for (place, item) in items.enumerated() {
                out += place == 0 ? inner : ",\n\(inner)"
                write(item, inner, &out)
            }
            out += "\n\(indent)]"
        default:
            out += line(value)
        }
    }

    private static func isPlain(_ value: JSONValue) -> Bool { value.items == nil && value.members == nil }
}

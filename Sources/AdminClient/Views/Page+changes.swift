package import RoutingModel

extension Page {
    /// Changes of rules: what is created (`+`), updated field by field (`~`) and deleted (`-`).
    /// - Parameter changes: `[{"kind", "name", "action", "before", "after"}]`
    package mutating func changes(_ changes: [JSONValue]) {
        for change in changes {
            let action = change["action"]?.text ?? ""
            let (sign, tone): (String, Palette.Tone) =
                switch action {
                case "created": ("+", .good)
                case "deleted": ("-", .bad)
                case "updated": ("~", .warning)
                default: (" ", .plain)
                }
            line(
                Cell(sign, tone), Cell(change["kind"]?.text), Cell(change["name"]?.text, .strong), Cell(action, .faint))
            switch action {
            case "updated":
                if change["before"] != nil || change["after"] != nil {
                    fields(FieldChange.between(change["before"] ?? .null, change["after"] ?? .null), indent: 4)
                }
            case "created": if let after = change["after"] { summary(change["kind"]?.text, after) }
            default: break
            }
        }
    }

    /// Fields that differ, one a line.
    mutating func fields(_ changes: [FieldChange], indent: Int) {
        for change in changes {
            let name = Cell(change.path.isEmpty ? "document" : change.path, .info)
            let before = Cell(ChangeText.short(change.before), .bad)
            let after = Cell(ChangeText.short(change.after), .good)
            line([name, before, Cell("→"), after], indent: indent)
        }
    }

    /// What a new rule is about, on one line.
    private mutating func summary(_ kind: String?, _ rule: JSONValue) {
        switch kind {
        case "route":
            line([Cell(Self.match(rule["match"])), Cell("→"), Cell(Self.split(rule["split"]))], indent: 4)
        case "group":
            let service = rule["consul"]?["service"]?.text.map { "service \($0)" }
            let tags = rule["consul"]?["tags"]?.texts.joined(separator: ", ") ?? ""
            let listed = rule["peers"]?.items.map { "\($0.count) listed" }
            let parts = [service, tags.isEmpty ? nil : "tags \(tags)", listed].compactMap(\.self)
            line([Cell(parts.joined(separator: ", "))], indent: 4)
        default:
            line([Cell(JSONText.line(rule))], indent: 4)
        }
    }

    /// `2 created, 1 updated`; nil when nothing changes.
    package static func count(_ changes: [JSONValue]) -> String? {
        let parts = ["created", "updated", "deleted"].compactMap { action -> String? in
            let count = changes.count { $0["action"]?.text == action }
            return count == 0 ? nil : "\(count) \(action)"
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}

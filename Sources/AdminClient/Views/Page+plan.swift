package import RoutingModel

extension Page {
    /// What a change would do: the rules that change, whose requests move, which peers groups gain and lose, groups
    /// that would have nobody left (in red), warnings.
    package mutating func plan(_ plan: JSONValue) {
        let changes = plan["changes"]?.items ?? []
        if changes.isEmpty {
            line(Cell("Nothing would change.", .good))
        } else {
            self.changes(changes)
        }
        let effect = plan["effect"]
        for route in effect?["routes"]?.items ?? [] { self.route(route) }
        for group in effect?["groups"]?.items ?? [] { self.group(group) }
        for name in effect?["emptied"]?.texts ?? [] {
            line(Cell("! group \(name) would have no usable peer", .bad))
        }
        for worker in effect?["workers"]?.items ?? [] {
            line(Cell("! worker \(worker["id"]?.text ?? "?"):", .warning), Cell(worker["reason"]?.text))
        }
        for warning in plan["warnings"]?.items ?? [] {
            line(
                Cell("! \(warning["code"]?.text ?? "warning")", .warning), Cell(warning["pointer"]?.text, .faint),
                Cell(warning["message"]?.text))
        }
        if let count = Self.count(changes) {
            let base = plan["base_revision"]?.int.map { " on top of revision \($0)" } ?? ""
            line(Cell("\(count)\(base).", .strong))
        }
    }

    private mutating func route(_ route: JSONValue) {
        let moved = route["moved"]?.double ?? 0
        let shares = route["shares"]?.items ?? []
        let shown = shares.filter { $0["before"] != $0["after"] || $0["effective_before"] != $0["effective_after"] }
        if moved == 0 && shown.isEmpty { return }
        line(
            Cell("  route"), Cell(route["name"]?.text, .strong),
            Cell("\(PercentText.text(moved)) % of its requests move", moved > 0 ? .warning : .faint))
        var table = Table([.init("GROUP"), .init("SHARE"), .init("EFFECTIVE")])
        for share in shown {
            let effective = Self.move(share["effective_before"], share["effective_after"])
            let asked = Self.move(share["before"], share["after"])
            table.add([Cell(share["group"]?.text ?? "(503)"), Cell(asked), Cell(effective == asked ? nil : effective)])
        }
        add(table, indent: 4)
    }

    private static func move(_ before: JSONValue?, _ after: JSONValue?) -> String {
        func text(_ value: JSONValue?) -> String { value?.double.map { "\(PercentText.text($0)) %" } ?? "-" }
        return before == after ? text(after) : "\(text(before)) → \(text(after))"
    }

    private mutating func group(_ group: JSONValue) {
        let gained = group["gained"]?.texts ?? []
        let lost = group["lost"]?.texts ?? []
        let usable = (group["usable_before"]?.int ?? 0, group["usable_after"]?.int ?? 0)
        if gained.isEmpty && lost.isEmpty && usable.0 == usable.1 { return }
        line(
            Cell("  group"), Cell(group["name"]?.text, .strong),
            Cell("\(group["peers_before"]?.int ?? 0) → \(group["peers_after"]?.int ?? 0) peers,"),
            Cell("\(usable.0) → \(usable.1) usable", usable.1 == 0 ? .bad : .plain))
        if !gained.isEmpty { line([Cell("+", .good), Cell(Self.some(gained))], indent: 4) }
        if !lost.isEmpty { line([Cell("-", .bad), Cell(Self.some(lost))], indent: 4) }
    }

    private static func some(_ ids: [String]) -> String {
        ids.count <= 8
            ? ids.joined(separator: ", ") : "\(ids.prefix(8).joined(separator: ", ")) and \(ids.count - 8) more"
    }

    /// Whether a plan takes something away: a rule that is deleted, or a group's last usable peer.
    package static func isDestructive(_ plan: JSONValue) -> Bool {
        (plan["changes"]?.items ?? []).contains { $0["action"]?.text == "deleted" }
            || !(plan["effect"]?["emptied"]?.items ?? []).isEmpty
    }
}

package import RoutingModel

extension Page {
    /// Ledger entries, in the order that they are given.
    package mutating func audit(_ items: [JSONValue]) {
        var table = Table([
            .init("ID", .right), .init("WHEN"), .init("KIND"), .init("WHO"), .init("WHAT", isFlexible: true),
            .init("CHANGE", isFlexible: true), .init("WHY", isFlexible: true),
        ])
        for entry in items {
            table.add([
                Cell(entry["id"]?.int), Cell(Self.moment(entry["at"]?.text)),
                Cell(entry["kind"]?.text, Self.tone(of: entry)), Cell(entry["actor"]?.text), Cell(Self.subject(entry)),
                Cell(Self.change(entry)), Cell(Self.why(entry)),
            ])
        }
        list(table, "The ledger has no such entries.")
    }

    /// One entry on one line, as it happens.
    package mutating func auditLine(_ entry: JSONValue) {
        var cells = [
            Cell(Self.moment(entry["at"]?.text), .faint), Cell(entry["kind"]?.text, Self.tone(of: entry)),
            Cell(Self.subject(entry), .strong),
        ]
        let rest = [Self.change(entry), Self.why(entry), entry["actor"]?.text.map { "(\($0))" } ?? ""]
        cells += rest.filter { !$0.isEmpty }.map { Cell($0) }
        line(cells)
    }

    /// One entry with everything that it says.
    package mutating func auditEntry(_ entry: JSONValue) {
        facts([
            ("Entry", Cell(entry["id"]?.int, .strong)), ("At", Cell(entry["at"]?.text)),
            ("Kind", Cell(entry["kind"]?.text, Self.tone(of: entry))), ("Who", Cell(entry["actor"]?.text)),
            ("Service", Cell(entry["service"]?.text)), ("Peer", Cell(entry["peer"]?.text)),
            ("Groups", Cell(entry["groups"]?.texts.joined(separator: ", "))), ("Route", Cell(entry["route"]?.text)),
            ("Worker", Cell(entry["worker"]?.text)), ("Reason", Cell(entry["reason"]?.text)),
            ("Cause", Cell(entry["cause"]?.text)), ("Consul index", Cell(entry["consul_index"]?.int)),
            ("Revision", Cell(entry["revision"]?.int)), ("Index", Cell(entry["index"]?.int)),
            ("Hash", Cell(entry["hash"]?.text)),
        ])
        fields(FieldChange.between(entry["before"] ?? .null, entry["after"] ?? .null), indent: 2)
    }

    /// What a check of the ledger's chain found.
    package mutating func verification(_ report: JSONValue) {
        let checked = report["checked"]?.int ?? 0
        if report["ok"]?.bool == true {
            line(Cell("The ledger is whole:", .good), Cell("\(checked) entries checked, \(Self.range(report))."))
        } else {
            line(Cell("The ledger is NOT whole:", .bad), Cell("\(checked) entries checked, \(Self.range(report))."))
        }
        for fault in report["faults"]?.items ?? [] {
            line([Cell("entry \(fault["entry"]?.int ?? 0):", .bad), Cell(fault["problem"]?.text)], indent: 2)
        }
        if let unchained = report["unchained"]?.int, unchained > 0 {
            line(Cell("\(unchained) entries are older than the chain and can't be checked.", .warning))
        }
        facts([("Head", Cell(report["head"]?.text))])
    }

    private static func range(_ report: JSONValue) -> String {
        guard let first = report["first"]?.int, let last = report["last"]?.int else { return "none in the ledger" }
        return "\(first) to \(last)"
    }

    /// `2026-01-31 12:11:30`, UTC; nothing is left out but the fraction.
    private static func moment(_ text: String?) -> String? {
        guard let text, text.count >= 19 else { return text }
        return String(text.prefix(19)).replacing("T", with: " ", maxReplacements: 1)
    }

    private static func subject(_ entry: JSONValue) -> String {
        if let route = entry["route"]?.text { return route }
        let groups = entry["groups"]?.texts ?? []
        let parts = ["peer", "service", "worker"].compactMap { entry[$0]?.text }
        if parts.isEmpty { return groups.joined(separator: ", ") }
        return parts[0] + (groups.isEmpty ? "" : " in \(groups.joined(separator: ", "))")
    }

    private static func change(_ entry: JSONValue) -> String {
        switch (entry["before"], entry["after"]) {
        case (let before?, let after?) where before.members != nil && after.members != nil:
            FieldChange.between(before, after).map { change in
                "\(change.path) \(ChangeText.short(change.before)) → \(ChangeText.short(change.after))"
            }.joined(separator: ", ")
        case (nil, let after?): ChangeText.members(after)
        case (let before?, nil): "was \(ChangeText.members(before))"
        case (let before?, let after?): "\(ChangeText.short(before)) → \(ChangeText.short(after))"
        case (nil, nil): ""
        }
    }

    private static func why(_ entry: JSONValue) -> String {
        [entry["reason"]?.text, entry["cause"]?.text].compactMap(\.self).joined(separator: "; ")
    }

    private static func tone(of entry: JSONValue) -> Palette.Tone {
        switch entry["kind"]?.text ?? "" {
        case "peer.left", "peer.ejected", "worker.lost", "worker.nack", "discovery.stale", "token.refused": .bad
        case "peer.joined", "peer.restored", "discovery.recovered", "worker.joined": .good
        case "discovery.held", "peer.dampened", "peer.override": .warning
        case let kind where kind.hasSuffix(".deleted"): .bad
        case let kind where kind.hasSuffix(".created"): .good
        case "peer.health": entry["after"]?["health"]?.text == "passing" ? .good : .bad
        default: .info
        }
    }
}

package import RoutingModel

extension Page {
    /// Routes by name: what they match and how they split.
    package mutating func routes(_ items: [JSONValue]) {
        var table = Table([
            .init("ROUTE"), .init("MATCHES", isFlexible: true), .init("PRIORITY", .right),
            .init("SPLIT", isFlexible: true), .init("STICKY"), .init("REVISION", .right), .init("CHANGED"),
        ])
        for route in items {
            table.add([
                Cell(route["name"]?.text, .strong), Cell(Self.match(route["match"])),
                Cell(route["priority"]?.int.flatMap { $0 == 0 ? nil : $0 }), Cell(Self.split(route["split"])),
                Cell(Self.sticky(route["sticky"])), Cell(route["revision"]?.int), Cell(ago(route["updated_at"])),
            ])
        }
        list(table, "There are no routes.")
    }

    /// Groups by name: whom they choose.
    package mutating func groups(_ items: [JSONValue]) {
        var table = Table([
            .init("GROUP"), .init("SERVICE"), .init("SELECTS", isFlexible: true), .init("LISTED", .right),
            .init("BALANCE"), .init("REVISION", .right), .init("CHANGED"),
        ])
        for group in items {
            let consul = group["consul"]
            let datacenter = consul?["datacenter"]?.text ?? ""
            table.add([
                Cell(group["name"]?.text, .strong),
                Cell(consul?["service"]?.text.map { datacenter.isEmpty ? $0 : "\($0)@\(datacenter)" }),
                Cell(Self.selection(consul)), Cell(group["peers"]?.items?.count),
                Cell(group["balance"]?["policy"]?.text), Cell(group["revision"]?.int), Cell(ago(group["updated_at"])),
            ])
        }
        list(table, "There are no groups.")
    }

    /// A table, or a sentence when nothing is in it.
    mutating func list(_ table: Table, _ nothing: String) {
        if table.isEmpty { line(Cell(nothing, .faint)) } else { add(table) }
    }

    /// `star.test /api GET x-env=prod`
    static func match(_ match: JSONValue?) -> String {
        var parts: [String] = []
        if let hosts = match?["hosts"]?.texts, !hosts.isEmpty { parts.append(hosts.joined(separator: ",")) }
        if let (kind, path) = match?["path"]?.members?.first, let path = path.text {
            parts.append(
                kind == "prefix"
                    ? (path.hasSuffix("/") ? "\(path)*" : "\(path)/*") : kind == "exact" ? path : "~\(path)")
        }
        if let methods = match?["methods"]?.texts, !methods.isEmpty { parts.append(methods.joined(separator: ",")) }
        for kind in ["headers", "query"] {
            for condition in match?[kind]?.items ?? [] {
                parts.append((kind == "query" ? "?" : "") + self.condition(condition))
            }
        }
        return parts.isEmpty ? "everything" : parts.joined(separator: " ")
    }

    private static func condition(_ condition: JSONValue) -> String {
        let name = condition["name"]?.text ?? "?"
        for (kind, sign) in [("exact", "="), ("prefix", "^="), ("regex", "~")] {
            if let text = condition[kind]?.text { return "\(name)\(sign)\(text)" }
        }
        return name
    }

    /// `star-canary 5, star-stable 95`
    static func split(_ split: JSONValue?) -> String {
        (split?.items ?? []).map { entry in
            "\(entry["group"]?.text ?? "?") \(PercentText.text(entry["weight"]?.double ?? 0))"
        }.joined(separator: ", ")
    }

    private static func sticky(_ sticky: JSONValue?) -> String? {
        guard let sticky else { return nil }
        for kind in ["header", "cookie", "query"] {
            if let name = sticky[kind]?.text { return "\(kind) \(name)" }
        }
        if sticky["source_ip"]?.bool == true { return "source_ip" }
        return sticky.members.flatMap { $0.keys.sorted().first }
    }

    private static func selection(_ consul: JSONValue?) -> String {
        guard let consul else { return "" }
        var parts = consul["tags"]?.texts ?? []
        parts += (consul["exclude_tags"]?.texts ?? []).map { "not \($0)" }
        for (key, values) in (consul["meta"]?.members ?? [:]).sorted(by: { $0.key < $1.key }) {
            parts.append("\(key)=\(values.texts.joined(separator: "|"))")
        }
        if consul["include_warning"]?.bool == true { parts.append("also warning") }
        return parts.isEmpty ? "all instances" : parts.joined(separator: ", ")
    }
}

package import RoutingModel

extension Page {
    private static let routeSettings = ["retry", "timeouts", "rewrite", "request_headers", "response_headers"]
    private static let groupSettings = ["slow_start", "max_connections", "tls", "health"]

    /// Routes by name: what they match and how they split; and which settings they have, when any has one.
    package mutating func routes(_ items: [JSONValue]) {
        let settings = items.map(Self.settings(ofRoute:))
        let hasSettings = settings.contains { !$0.isEmpty }
        var table = Table(
            [
                .init("ROUTE"), .init("MATCHES", isFlexible: true), .init("PRIORITY", .right),
                .init("SPLIT", isFlexible: true), .init("STICKY"),
            ] + (hasSettings ? [.init("WITH", isFlexible: true)] : []) + [
                .init("REVISION", .right), .init("CHANGED"),
            ])
        for (route, settings) in zip(items, settings) {
            table.add(
                [
                    Cell(route["name"]?.text, .strong), Cell(Self.match(route["match"])),
                    Cell(route["priority"]?.int.flatMap { $0 == 0 ? nil : $0 }), Cell(Self.split(route["split"])),
                    Cell(Self.sticky(route["sticky"])),
                ] + (hasSettings ? [Cell(settings)] : []) + [
                    Cell(route["revision"]?.int), Cell(ago(route["updated_at"])),
                ])
        }
        list(table, "There are no routes.")
    }

    /// Groups by name: whom they choose; and which settings they have, when any has one.
    package mutating func groups(_ items: [JSONValue]) {
        let settings = items.map { Self.settings(Self.groupSettings, of: $0) }
        let hasSettings = settings.contains { !$0.isEmpty }
        var table = Table(
            [
                .init("GROUP"), .init("SERVICE"), .init("SELECTS", isFlexible: true), .init("LISTED", .right),
                .init("BALANCE"),
            ] + (hasSettings ? [.init("WITH", isFlexible: true)] : []) + [
                .init("REVISION", .right), .init("CHANGED"),
            ])
        for (group, settings) in zip(items, settings) {
            let consul = group["consul"]
            let datacenter = consul?["datacenter"]?.text ?? ""
            table.add(
                [
                    Cell(group["name"]?.text, .strong),
                    Cell(consul?["service"]?.text.map { datacenter.isEmpty ? $0 : "\($0)@\(datacenter)" }),
                    Cell(Self.selection(consul)), Cell(group["peers"]?.items?.count),
                    Cell(Self.balance(group["balance"])),
                ] + (hasSettings ? [Cell(settings)] : []) + [
                    Cell(group["revision"]?.int), Cell(ago(group["updated_at"])),
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

    /// `consistent_hash header x-user`
    private static func balance(_ balance: JSONValue?) -> String? {
        guard let policy = balance?["policy"]?.text else { return nil }
        return [policy, sticky(balance?["hash_on"])].compactMap { $0 }.joined(separator: " ")
    }

    /// `retry, mirror star-next 10`
    private static func settings(ofRoute route: JSONValue) -> String {
        var words = settings(routeSettings, of: route)
        if let mirror = route["mirror"], let group = mirror["group"]?.text {
            let percent = mirror["percent"]?.double.map { " \(PercentText.text($0))" } ?? ""
            words += "\(words.isEmpty ? "" : ", ")mirror \(group)\(percent)"
        }
        return words
    }

    /// The names of those that a rule has.
    private static func settings(_ names: [String], of rule: JSONValue) -> String {
        names.filter { rule[$0].map { !$0.isNull } ?? false }.joined(separator: ", ")
    }

    private static func selection(_ consul: JSONValue?) -> String {
        guard let consul else { return "" }
        var parts = consul["tags"]?.texts ?? []
        parts += (consul["exclude_tags"]?.texts ?? []).map { "not \($0)" }
        for (key, values) in (consul["meta"]?.members ?? [:]).sorted(by: { $0.key < $1.key }) {
            parts.append("\(key)=\(values.texts.joined(separator: "|"))")
        }
        if consul["include_warning"]?.bool == true { parts.append("also warning") }
        if parts.isEmpty { parts = ["all instances"] }
        parts += (consul["backup_tags"]?.texts ?? []).map { "backup \($0)" }
        return parts.joined(separator: ", ")
    }
}

package import RoutingModel

extension Page {
    /// Peers by group, with why they get requests or not.
    package mutating func peers(_ items: [JSONValue]) {
        if items.isEmpty { return line(Cell("There are no such peers.", .faint)) }
        add(peerTable(items))
    }

    /// A table of peers as `/v1/peers` and explanations have them.
    func peerTable(_ items: [JSONValue]) -> Table {
        var table = Table([
            .init("PEER"), .init("GROUP"), .init("SERVICE"), .init("ADDRESS"), .init("HEALTH"), .init("WEIGHT", .right),
            .init("SHARE", .right), .init("STATE"), .init("REASON", isFlexible: true),
        ])
        for peer in items {
            let state = peer["state"]?.text ?? ""
            table.add([
                Cell(peer["id"]?.text, .strong), Cell(peer["group"]?.text), Cell(peer["service"]?.text),
                Cell(Self.address(peer)), Self.health(peer["health"]?.text), Cell(peer["weight"]?.int),
                Cell(peer["share"]?.double.map { "\(PercentText.text($0)) %" }),
                Cell(
                    peer["backup"]?.bool == true ? "\(state), backup" : state,
                    peer["usable"]?.bool == true
                        ? .good : ["drain", "draining", "dampened"].contains(state) ? .warning : .bad),
                Cell(peer["reason"]?.text),
            ])
        }
        return table
    }

    package mutating func services(_ items: [JSONValue]) {
        var table = Table([
            .init("SERVICE"), .init("DATACENTER"), .init("WATCH"), .init("INSTANCES", .right), .init("PASSING", .right),
            .init("ANSWERED"), .init("INDEX", .right), .init("TROUBLE", isFlexible: true),
        ])
        for service in items {
            let watch = service["watch"]
            let instances = service["instances"]?.items ?? []
            let held = watch?["held"]?["reason"]?.text
            table.add([
                Cell(service["name"]?.text, .strong), Cell(service["datacenter"]?.text), Self.watch(watch),
                Cell(instances.count), Cell(instances.count { $0["health"]?.text == "passing" }),
                Cell(ago(watch?["last_success_at"])), Cell(watch?["consul_index"]?.int),
                Cell(held ?? watch?["last_error"]?.text, .warning),
            ])
        }
        list(table, "No service is watched: no group names one.")
    }

    /// One service: its watch, what is held, its instances.
    package mutating func service(_ service: JSONValue) {
        let watch = service["watch"]
        facts([
            ("Service", Cell(service["name"]?.text, .strong)), ("Datacenter", Cell(service["datacenter"]?.text)),
            ("Watch", Self.watch(watch)), ("Answered", Cell(ago(watch?["last_success_at"]))),
            ("Stale since", Cell(ago(watch?["stale_since"]), .warning)),
            ("Last error", Cell(watch?["last_error"]?.text, .warning)),
            ("Failures", Cell(watch?["failures"]?.int.flatMap { $0 == 0 ? nil : $0 })),
            ("Next attempt", Cell(ago(watch?["next_attempt_at"]))), ("Consul index", Cell(watch?["consul_index"]?.int)),
        ])
        if let held = watch?["held"], !held.isNull {
            blank()
            line(Cell("An answer is held:", .warning), Cell(held["reason"]?.text))
            line(
                Cell(
                    "It would \(held["would"]?.text ?? "take too much away"); it has \(held["instances"]?.int ?? 0) instances."
                ))
            line(Cell("`signalbox services accept \(service["name"]?.text ?? "")` believes it.", .faint))
        }
        var table = Table([
            .init("INSTANCE"), .init("ADDRESS"), .init("HEALTH"), .init("WEIGHTS"), .init("TAGS", isFlexible: true),
            .init("META", isFlexible: true),
        ])
        for instance in service["instances"]?.items ?? [] {
            let weights = instance["weights"]
            let meta = (instance["meta"]?.members ?? [:]).sorted { $0.key < $1.key }
            table.add([
                Cell(instance["id"]?.text, .strong), Cell(Self.address(instance)),
                Self.health(instance["health"]?.text),
                Cell(weights.map { "\($0["passing"]?.int ?? 0)/\($0["warning"]?.int ?? 0)" }),
                Cell(instance["tags"]?.texts.joined(separator: ",")),
                Cell(meta.map { "\($0.key)=\($0.value.text ?? "")" }.joined(separator: ",")),
            ])
        }
        blank()
        list(table, "It has no instances.")
        for skipped in service["skipped"]?.items ?? [] {
            line(Cell("Passed over:", .warning), Cell(skipped["id"]?.text), Cell(skipped["reason"]?.text))
        }
    }

    package mutating func workers(_ items: [JSONValue]) {
        var table = Table([
            .init("WORKER"), .init("KIND"), .init("STATE"), .init("APPLIED", .right), .init("JOINED"), .init("SEEN"),
            .init("REFUSED", isFlexible: true),
        ])
        for worker in items {
            let state = worker["state"]?.text
            table.add([
                Cell(worker["id"]?.text, .strong), Cell(worker["embedded"]?.bool == true ? "embedded" : "remote"),
                Cell(state, state == "live" ? .good : .bad), Cell(worker["applied"]?.int),
                Cell(ago(worker["joined_at"])), Cell(ago(worker["last_seen_at"])),
                Cell(worker["nack"].map { "\($0["index"]?.int ?? 0): \($0["error"]?.text ?? "")" }, .bad),
            ])
        }
        list(table, "No worker has asked since Signalbox started.")
    }

    package mutating func overrides(_ items: [JSONValue]) {
        var table = Table([
            .init("PEER"), .init("STATE"), .init("WEIGHT", .right), .init("EXPIRES"), .init("OWNER"),
            .init("REASON", isFlexible: true), .init("CONFLICT", isFlexible: true), .init("GROUPS", isFlexible: true),
        ])
        for item in items {
            let isKnown = item["known"]?.bool != false
            let state = item["state"]?.text
            table.add([
                Cell(item["peer"]?.text, isKnown ? .strong : .faint),
                Cell(state, state == "disabled" ? .bad : .warning), Cell(item["weight"]?.int),
                Cell(ago(item["expires_at"])), Cell(item["owner"]?.text), Cell(item["reason"]?.text),
                Cell(isKnown ? item["conflict"]?.text : "no peer of this id is known", isKnown ? .plain : .warning),
                Cell(item["groups"]?.texts.joined(separator: ",")),
            ])
        }
        list(table, "There are no overrides.")
    }

    private static func watch(_ watch: JSONValue?) -> Cell {
        let state = watch?["state"]?.text
        if let held = watch?["held"], !held.isNull { return Cell("\(state ?? "") held", .warning) }
        return Cell(state, state == "fresh" ? .good : .warning)
    }

    private static func health(_ health: String?) -> Cell {
        Cell(health, health == "passing" ? .good : health == "warning" ? .warning : .bad)
    }

    private static func address(_ peer: JSONValue) -> String {
        let address = peer["address"]?.text ?? ""
        let host = address.contains(":") ? "[\(address)]" : address
        return peer["port"]?.int.map { "\(host):\($0)" } ?? host
    }
}

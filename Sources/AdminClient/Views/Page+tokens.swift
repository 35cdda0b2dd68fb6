package import RoutingModel

extension Page {
    package mutating func tokens(_ items: [JSONValue]) {
        var table = Table([
            .init("TOKEN"), .init("ROLE"), .init("SCOPES", isFlexible: true), .init("STATE"), .init("CREATED"),
            .init("BY"), .init("EXPIRES"), .init("USED"), .init("DESCRIPTION", isFlexible: true),
        ])
        for token in items {
            let state = token["state"]?.text ?? (token["built_in"]?.bool == true ? "built in" : nil)
            table.add([
                Cell(token["name"]?.text, .strong), Cell(token["role"]?.text),
                Cell(token["scopes"]?.texts.joined(separator: ",")),
                Cell(state, state == "active" ? .good : state == "built in" ? .plain : .faint),
                Cell(ago(token["created_at"])), Cell(token["created_by"]?.text), Cell(ago(token["expires_at"])),
                Cell(ago(token["last_used_at"])), Cell(token["description"]?.text),
            ])
        }
        list(table, "There are no tokens.")
    }

    /// Whose token this is.
    package mutating func identity(_ identity: JSONValue, server: String) {
        let scopes = identity["scopes"]?.texts ?? []
        facts([
            ("Name", Cell(identity["name"]?.text, .strong)), ("Role", Cell(identity["role"]?.text)),
            ("Scopes", Cell(scopes.isEmpty ? "all" : scopes.joined(separator: ", "))),
            ("Expires", Cell(ago(identity["expires_at"]))), ("Server", Cell(server)),
        ])
    }
}

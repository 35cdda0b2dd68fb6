package import RoutingModel

extension Page {
    package mutating func revisions(_ items: [JSONValue]) {
        var table = Table([
            .init("REVISION", .right), .init("WHEN"), .init("WHO"), .init("CHANGES", isFlexible: true),
            .init("MESSAGE", isFlexible: true),
        ])
        for item in items {
            let changes = item["changes"]?.items ?? []
            let count = item["change_count"]?.int ?? changes.count
            var text = changes.prefix(3).map { change in
                let sign = ["created": "+", "deleted": "-"][change["action"]?.text ?? ""] ?? "~"
                return "\(sign)\(change["kind"]?.text ?? "") \(change["name"]?.text ?? "")"
            }.joined(separator: ", ")
            if count > 3 { text += " and \(count - min(3, changes.count)) more" }
            table.add([
                Cell(item["revision"]?.int, .strong), Cell(ago(item["at"])), Cell(item["author"]?.text), Cell(text),
                Cell(item["message"]?.text),
            ])
        }
        list(table, "The rules have never been changed.")
    }

    /// One revision with all that it changed.
    package mutating func revision(_ item: JSONValue) {
        facts([
            ("Revision", Cell(item["revision"]?.int, .strong)), ("At", Cell(item["at"]?.text)),
            ("Who", Cell(item["author"]?.text)), ("Message", Cell(item["message"]?.text)),
        ])
        blank()
        changes(item["changes"]?.items ?? [])
    }
}

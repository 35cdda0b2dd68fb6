package import RoutingModel

extension Page {
    /// Why a request goes where it goes.
    package mutating func explanation(_ answer: JSONValue) {
        let request = answer["request"]
        let query = request?["query"]?.text ?? ""
        let path = (request?["path"]?.text ?? "/") + (query.isEmpty ? "" : "?\(query)")
        line(
            Cell("\(request?["method"]?.text ?? "GET") \(request?["host"]?.text ?? "")\(path)", .strong),
            Cell("from \(request?["source_ip"]?.text ?? "?"),", .faint),
            Cell("snapshot \(answer["index"]?.int ?? 0), revision \(answer["revision"]?.int ?? 0)", .faint))
        blank()
        line(Cell("Rules, in the order in which they are tried:"))
        for candidate in answer["tried"]?.items ?? [] {
            let (sign, tone): (String, Palette.Tone) =
                switch candidate["result"]?.text {
                case "match": ("✓", .good)
                case "no_match": ("✗", .faint)
                default: ("·", .faint)
                }
            line(
                [
                    Cell(sign, tone), Cell(candidate["route"]?.text, tone == .good ? .strong : .plain),
                    Cell(candidate["reason"]?.text, tone == .good ? .plain : .faint),
                ], indent: 2)
        }
        let isRefused = answer["status"]?.int == 400
        if !isRefused, let omitted = answer["omitted"]?.int, omitted > 0 {
            line([Cell("… and \(omitted) more rules", .faint)], indent: 2)
        }
        if answer["tried"]?.items?.isEmpty ?? true {
            line([Cell(isRefused ? "none is looked at" : "there are none", .faint)], indent: 2)
        }
        blank()
        let group = answer["group"]?.text
        let reason = answer["group_reason"]?.text ?? ""
        facts([
            ("Route", Cell(answer["route"]?.text, .strong)),
            ("Bucket", Cell(Self.bucket(answer))), ("Deal", Cell(Self.deal(answer["deal"]?.items ?? []))),
            ("Group", Cell(group.map { "\($0)\(answer["forced"]?.bool == true ? " (forced)" : "")" }, .strong)),
            ("Why", Cell(reason)), ("Answer", Self.outcome(answer["status"]?.int ?? 0)),
        ])
        let peers = answer["peers"]?.items ?? []
        if !peers.isEmpty {
            blank()
            add(peerTable(peers))
        }
    }

    private static func bucket(_ answer: JSONValue) -> String? {
        guard let bucket = answer["bucket"]?.int else { return nil }
        let key = answer["sticky_key"]?.text.map { " of key '\($0)'" } ?? ""
        let salt = answer["salt"]?.text.map { ", salt '\($0)'" } ?? ""
        return "\(bucket)\(key)\(salt)"
    }

    private static func deal(_ deal: [JSONValue]) -> String {
        deal.map { share in
            let (from, to) = (share["from"]?.int ?? 0, share["to"]?.int ?? 0)
            let percent = PercentText.text(Double(to - from) / 100)
            return "\(share["group"]?.text ?? "503") \(percent) % (\(from)–\(max(to - 1, from)))"
        }.joined(separator: ", ")
    }

    private static func outcome(_ status: Int) -> Cell {
        switch status {
        case 200: Cell("goes to a peer", .good)
        case 400: Cell("400: the request is not valid", .bad)
        case 404: Cell("404: no route matches", .bad)
        case 503: Cell("503: there is no usable peer", .bad)
        default: Cell("\(status)", .warning)
        }
    }
}

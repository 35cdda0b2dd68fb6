internal import RoutingModel

/// The filters of the ledger, as every question to it takes them.
enum AuditFilter {
    static let parameters: Set<String> = [
        "kind", "service", "peer", "group", "route", "worker", "actor", "since", "until",
    ]

    /// What is wrong is said in `parameters`.
    static func query(_ parameters: QueryParameters) -> LedgerQuery {
        LedgerQuery(
            kinds: kinds(parameters), service: parameters.text("service"),
            peer: parameters.text("peer").map { PeerID($0) }, group: parameters.text("group"),
            route: parameters.text("route"), worker: parameters.text("worker"), actor: parameters.text("actor"),
            since: parameters.time("since"), until: parameters.time("until"))
    }

    /// `kind=peer.joined`, several by commas or by repetition; `peer.*` is every kind that begins with `peer.`.
    private static func kinds(_ parameters: QueryParameters) -> Set<LedgerKind> {
        var kinds: Set<LedgerKind> = []
        let given = parameters.all("kind")
        let words = given.flatMap { $0.split(separator: ",").map(String.init) }
        if words.isEmpty, !given.isEmpty { parameters.say("kind", "invalid_value", "must not be empty") }
        for word in words {
            let meant = LedgerKind.allCases.filter { kind in
                word.hasSuffix(".*") ? kind.rawValue.hasPrefix(word.dropLast()) : kind.rawValue == word
            }
            if meant.isEmpty {
                let known = LedgerKind.allCases.map(\.rawValue).joined(separator: ", ")
                parameters.say("kind", "invalid_value", "has '\(word)', which is none of \(known)")
            }
            kinds.formUnion(meant)
        }
        return kinds
    }
}

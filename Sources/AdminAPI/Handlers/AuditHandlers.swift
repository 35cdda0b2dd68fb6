internal import ControlPlane
internal import Hummingbird
internal import RoutingModel

/// The ledger, newest first.
struct AuditHandlers {
    let controlPlane: ControlPlane

    private static let parameters: Set<String> = [
        "kind", "service", "peer", "group", "route", "actor", "since", "until", "cursor", "limit",
    ]

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("audit") { request, _ in try await audit(request) }
    }

    private func audit(_ request: Request) async throws -> Response {
        let parameters = QueryParameters(request, known: Self.parameters)
        var query = LedgerQuery(
            kinds: kinds(parameters), service: parameters.text("service"),
            peer: parameters.text("peer").map { PeerID($0) },
            group: parameters.text("group"), route: parameters.text("route"), actor: parameters.text("actor"),
            since: parameters.time("since"), until: parameters.time("until"),
            limit: parameters.integer("limit", in: 1...1_000) ?? 100)
        if let cursor = parameters.text("cursor") {
            query.before = Paging.decode(cursor).flatMap(Int64.init)
            if query.before == nil {
                parameters.say("cursor", "invalid_value", "must be the 'next' of an earlier page")
            }
        }
        try parameters.check()
        let page = try await controlPlane.ledger(query)
        let next = page.next.map { Paging.encode("\($0)") }
        return .list(try page.records.map { try CanonicalJSON.text($0) }, next: next)
    }

    /// `kind=peer.joined`, several by commas or by repetition; `peer.*` is every kind that begins with `peer.`.
    private func kinds(_ parameters: QueryParameters) -> Set<LedgerKind> {
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

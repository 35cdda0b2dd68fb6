import AdminClient
import ArgumentParser

/// Which entries of the ledger; all filters must hold.
struct AuditFilters: ParsableArguments {
    @Option(help: "Kinds, e.g. peer.health or 'peer.*'; may be repeated.")
    var kind: [String] = []

    @Option(help: "A Consul service.", completion: Completions.names(of: "services"))
    var service: String?

    @Option(help: "A peer's id.", completion: Completions.names(of: "peers", field: "id"))
    var peer: String?

    @Option(help: "A group that it concerns.", completion: Completions.names(of: "groups"))
    var group: String?

    @Option(help: "A route.", completion: Completions.names(of: "routes"))
    var route: String?

    @Option(help: "A worker.", completion: Completions.names(of: "workers", field: "id"))
    var worker: String?

    @Option(help: "Who did it, e.g. token:admin or consul.")
    var actor: String?

    @Option(parsing: .unconditional, help: "From then on: an RFC 3339 time, or 2h for two hours ago.")
    var since: String?

    @Option(parsing: .unconditional, help: "Before then.")
    var until: String?

    /// `path` with these filters.
    /// - Parameter withTimes: whether the times go with it; a stream that is to go on has its own beginning.
    func added(to path: RequestPath, withTimes: Bool = true) -> RequestPath {
        path.with("kind", kind.isEmpty ? nil : kind.joined(separator: ","))
            .with("service", service).with("peer", peer).with("group", group).with("route", route)
            .with("worker", worker).with("actor", actor)
            .with("since", withTimes ? since.map { SpanText.moment($0) } : nil)
            .with("until", withTimes ? until.map { SpanText.moment($0) } : nil)
    }
}

import AdminClient
import ArgumentParser
import RoutingModel

/// Which peers a command is about: some by id, or all of a service or group.
struct PeerSelection: ParsableArguments {
    @Argument(help: "Peers by id, e.g. node-1~star-1.", completion: Completions.names(of: "peers", field: "id"))
    var peers: [String] = []

    @Option(help: "All instances of this service.", completion: Completions.names(of: "services"))
    var service: String?

    @Option(help: "All members of this group.", completion: Completions.names(of: "groups"))
    var group: String?

    func validate() throws {
        guard peers.isEmpty == (service != nil || group != nil) else {
            throw ValidationError("Say which peers: by their ids, or with --service or --group.")
        }
    }

    var isByName: Bool { !peers.isEmpty }

    /// `service star`
    var words: String {
        [service.map { "service \($0)" }, group.map { "group \($0)" }].compactMap(\.self).joined(separator: ", ")
    }

    /// The ids, each once, in order.
    /// - Throws: `ClientFailure` when the service or the group has none.
    func ids(_ session: ClientSession) async throws -> [String] {
        if isByName { return peers.reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
        let path = RequestPath("v1", "peers").with("service", service).with("group", group)
        let ids = try await session.connection.list(path).items.compactMap { $0["id"]?.text }
        guard !ids.isEmpty else { throw ClientFailure.failed("There is no peer of \(words).") }
        return Set(ids).sorted()
    }
}

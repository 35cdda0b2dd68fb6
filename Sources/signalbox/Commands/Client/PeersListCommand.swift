import AdminClient
import ArgumentParser
import RoutingModel

struct PeersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the peers of every group, with the reason of their state.")

    @Option(help: "Only instances of this service.", completion: Completions.names(of: "services"))
    var service: String?

    @Option(help: "Only members of this group.", completion: Completions.names(of: "groups"))
    var group: String?

    @Option(help: "Only peers in this state: active, unhealthy, drain, …")
    var state: String?

    @Option(parsing: .unconditional, help: "As they were then: an RFC 3339 time, or 2h for two hours ago.")
    var at: String?

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let path = RequestPath("v1", "peers").with("service", service).with("group", group)
                .with("at", at.map { SpanText.moment($0) })
            let items = try await session.connection.list(path).items.filter { peer in
                state.map { peer["state"]?.text == $0 } ?? true
            }
            try session.show(["items": .array(items)]) { $0.peers(items) }
        }
    }
}

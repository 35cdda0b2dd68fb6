import AdminClient
import ArgumentParser

struct PeersHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show what the ledger has of a peer, newest first.")

    @Argument(help: "Its id, e.g. node-1~star-1.", completion: Completions.names(of: "peers", field: "id"))
    var peer: String

    @Option(help: "Only these kinds, e.g. peer.health; may be repeated.")
    var kind: [String] = []

    @Option(parsing: .unconditional, help: "From then on: an RFC 3339 time, or 2h for two hours ago.")
    var since: String?

    @Option(parsing: .unconditional, help: "Before then.")
    var until: String?

    @Option(help: "How many entries.")
    var limit = 100

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let path = RequestPath("v1", "peers", peer, "history")
                .with("kind", kind.isEmpty ? nil : kind.joined(separator: ","))
                .with("since", since.map { SpanText.moment($0) }).with("until", until.map { SpanText.moment($0) })
            try await session.showList(path, limit: limit) { $0.audit($1) }
        }
    }
}

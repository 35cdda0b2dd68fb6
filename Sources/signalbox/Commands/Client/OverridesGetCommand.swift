import AdminClient
import ArgumentParser

struct OverridesGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show a peer's override.")

    @Argument(help: "The peer's id.", completion: Completions.names(of: "overrides", field: "peer"))
    var peer: String

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let value = try await session.connection.get(RequestPath("v1", "peers", peer, "override")).json()
            let text = try YAMLText.text(value)
            try session.show(value) { $0.add(text) }
        }
    }
}

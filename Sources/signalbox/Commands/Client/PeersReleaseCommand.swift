import AdminClient
import ArgumentParser

struct PeersReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Let a peer back in that is kept out because it came and went too often.")

    @Argument(help: "Its id, e.g. node-1~star-1.", completion: Completions.names(of: "peers", field: "id"))
    var peer: String

    @Option(name: .shortAndLong, help: "Why; the ledger keeps it.")
    var message: String?

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let request = AdminRequest("DELETE", RequestPath("v1", "peers", peer, "damping")).withMessage(message)
            _ = try await session.connection.send(request)
            try session.console.done("peer \(peer) released")
        }
    }
}

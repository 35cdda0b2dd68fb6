import AdminClient
import ArgumentParser

struct RevisionsGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show what a revision changed, field by field.")

    @Argument(help: "Its number.")
    var revision: Int

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let value = try await session.connection.get(RequestPath("v1", "revisions", "\(revision)")).json()
            try session.show(value) { $0.revision(value) }
        }
    }
}

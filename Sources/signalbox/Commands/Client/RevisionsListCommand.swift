import AdminClient
import ArgumentParser

struct RevisionsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the revisions, newest first.")

    @Option(name: [.customShort("n"), .long], help: "How many.")
    var limit = 50

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            try await session.showList(RequestPath("v1", "revisions"), limit: limit) { $0.revisions($1) }
        }
    }
}

import AdminClient
import ArgumentParser

struct TokensListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the tokens; their secrets are nowhere to be had.")

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { try await $0.showList(RequestPath("v1", "tokens")) { $0.tokens($1) } }
    }
}

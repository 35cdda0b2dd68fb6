import AdminClient
import ArgumentParser

struct OverridesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the overrides.")

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { try await $0.showList(RequestPath("v1", "overrides")) { $0.overrides($1) } }
    }
}

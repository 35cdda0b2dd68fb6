import AdminClient
import ArgumentParser

struct ServicesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the watched services with the state of their watch.")

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { try await $0.showList(RequestPath("v1", "services")) { $0.services($1) } }
    }
}

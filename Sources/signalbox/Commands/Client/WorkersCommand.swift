import AdminClient
import ArgumentParser

struct WorkersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers", abstract: "List the workers, and which snapshot each of them enforces.")

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { try await $0.showList(RequestPath("v1", "workers")) { $0.workers($1) } }
    }
}

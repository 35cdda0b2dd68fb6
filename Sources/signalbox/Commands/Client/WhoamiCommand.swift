import AdminClient
import ArgumentParser

struct WhoamiCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Show whose token is used, and what it may do.")

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let value = try await session.connection.get(RequestPath("v1", "whoami")).json()
            try session.show(value) { $0.identity(value, server: session.connection.server.description) }
        }
    }
}

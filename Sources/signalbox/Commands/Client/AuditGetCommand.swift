import AdminClient
import ArgumentParser

struct AuditGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show an entry with all it says.")

    @Argument(help: "Its number.")
    var id: Int

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let value = try await session.connection.get(RequestPath("v1", "audit", "\(id)")).json()
            try session.show(value) { $0.auditEntry(value) }
        }
    }
}

import AdminClient
import ArgumentParser

struct TokensRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke a token, at once and for good.")

    @Argument(help: "Its name.", completion: Completions.names(of: "tokens"))
    var name: String

    @Option(name: .shortAndLong, help: "Why; the ledger keeps it.")
    var message: String?

    @Flag(name: .shortAndLong, help: "Don't ask.")
    var yes = false

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            try session.console.confirm("Revoke token \(name)?", unless: yes)
            let request = AdminRequest("DELETE", RequestPath("v1", "tokens", name)).withMessage(message)
            _ = try await session.connection.send(request)
            try session.console.done("token \(name) revoked")
        }
    }
}

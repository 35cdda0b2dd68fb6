import AdminClient
import ArgumentParser
import RoutingModel

struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that nobody has changed the ledger; exits with 1 when somebody has.")

    @OptionGroup var client: ClientOptions

    func run() async throws {
        // Every entry is read before there is an answer.
        try await client.run(silence: .seconds(3_600)) { session in
            var request = AdminRequest("GET", RequestPath("v1", "audit", "verify"))
            request.patience = .seconds(3_600)
            let value = try await session.connection.send(request).json()
            try session.show(value) { $0.verification(value) }
            if value["ok"]?.bool != true { throw ExitCode.failure }
        }
    }
}

import AdminClient
import ArgumentParser
import RoutingModel
import Store

struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that nobody has changed the ledger; exits with 1 when somebody has.")

    @Option(help: "Check this database file, of a server that isn't running, or a backup.", completion: .file())
    var database: String?

    @OptionGroup var client: ClientOptions

    func run() async throws {
        if let database { return try await verify(database) }
        // Every entry is read before there is an answer.
        try await client.run(silence: .seconds(3_600)) { session in
            var request = AdminRequest("GET", RequestPath("v1", "audit", "verify"))
            request.patience = .seconds(3_600)
            let value = try await session.connection.send(request).json()
            try session.show(value) { $0.verification(value) }
            if value["ok"]?.bool != true { throw ExitCode.failure }
        }
    }

    private func verify(_ database: String) async throws {
        try await client.run { session in
            let verification: LedgerVerification
            do { verification = try SQLiteStore.verifyLedger(at: database) } catch let error as StoreError {
                throw ClientFailure.failed(error.description)
            }
            let value = try CanonicalJSON.tree(verification)
            try session.show(value) { $0.verification(value) }
            if value["ok"]?.bool != true { throw ExitCode.failure }
        }
    }
}

import AdminClient
import ArgumentParser

struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Make the rules what they were at a revision, as a new revision.",
        discussion: "  signalbox rollback 12 --dry-run")

    @Argument(help: "The revision to go back to; 0 has no rules.")
    var revision: Int

    @Flag(name: .shortAndLong, help: "Don't ask.")
    var yes = false

    @OptionGroup var options: WriteOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let change = ConfigChange(session: session, options: options, isAgreed: yes, alwaysAsks: true)
            try await change.run(ifRevision: nil, "the rules are those of revision \(revision) again") { options in
                options.request("POST", RequestPath("v1", "revisions", "\(revision)", "rollback"))
            }
        }
    }
}

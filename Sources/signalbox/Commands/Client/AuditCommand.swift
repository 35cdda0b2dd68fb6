import ArgumentParser

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Read the ledger: what changed, who did it, and why.",
        discussion: """
              signalbox audit --since 2h --kind 'peer.*' --service star
              signalbox audit --follow
            """,
        subcommands: [
            AuditListCommand.self, AuditGetCommand.self, AuditExportCommand.self, AuditVerifyCommand.self,
        ],
        defaultSubcommand: AuditListCommand.self)
}

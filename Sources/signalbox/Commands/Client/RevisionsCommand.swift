import ArgumentParser

struct RevisionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revisions", abstract: "Show how the rules came to be what they are.",
        subcommands: [RevisionsListCommand.self, RevisionsGetCommand.self],
        defaultSubcommand: RevisionsListCommand.self)
}

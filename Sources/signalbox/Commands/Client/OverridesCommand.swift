import ArgumentParser

struct OverridesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "overrides", abstract: "Show and write what operators say about peers over what Consul says.",
        subcommands: [
            OverridesListCommand.self, OverridesGetCommand.self, OverridesPutCommand.self, OverridesDeleteCommand.self,
        ],
        defaultSubcommand: OverridesListCommand.self)
}

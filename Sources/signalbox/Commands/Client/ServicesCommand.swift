import ArgumentParser

struct ServicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services", abstract: "Show what Consul said last, and believe an answer that is held.",
        subcommands: [ServicesListCommand.self, ServicesGetCommand.self, ServicesAcceptCommand.self],
        defaultSubcommand: ServicesListCommand.self)
}

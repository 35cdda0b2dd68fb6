import ArgumentParser

struct PeersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peers", abstract: "Show who gets requests and why, and what became of whom.",
        subcommands: [PeersListCommand.self, PeersHistoryCommand.self, PeersReleaseCommand.self],
        defaultSubcommand: PeersListCommand.self)
}

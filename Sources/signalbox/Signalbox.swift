import ArgumentParser

@main
struct Signalbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signalbox",
        abstract: "The control plane for traffic routing on Consul.",
        discussion: """
            Signalbox stores routes, canary groups and weights, merges them with what Consul says is alive, and \
            serves the resolved routing to proxy workers. Start here:

              signalbox serve --proxy 127.0.0.1:8080 --consul http://127.0.0.1:8500

            The admin API then listens on http://127.0.0.1:7000; its token is in ./signalbox-data/admin.token, where \
            the other commands find it:

              signalbox routes
              signalbox weights star star-canary=20 --wait

            Every option of a server can also be given as an environment variable: --data-dir is SIGNALBOX_DATA_DIR, \
            and so on; so can a client's --server, --token, --token-file, --data-dir, --ca-file, --output, --color \
            and --timeout.
            """,
        version: Version.text,
        subcommands: [VersionCommand.self, CompletionsCommand.self],
        groupedSubcommands: [
            CommandGroup(name: "Servers", subcommands: [ServeCommand.self, WorkerCommand.self]),
            CommandGroup(
                name: "Routing",
                subcommands: [
                    RoutesCommand.self, GroupsCommand.self, WeightsCommand.self, ExplainCommand.self,
                    DebugTokenCommand.self,
                ]),
            CommandGroup(
                name: "Peers",
                subcommands: [
                    PeersCommand.self, DrainCommand.self, DisableCommand.self, UndrainCommand.self,
                    OverridesCommand.self, ServicesCommand.self, WorkersCommand.self,
                ]),
            CommandGroup(
                name: "Rules as a whole",
                subcommands: [
                    ApplyCommand.self, DiffCommand.self, ExportCommand.self, RevisionsCommand.self,
                    RollbackCommand.self,
                ]),
            CommandGroup(
                name: "Ledger, access, backups",
                subcommands: [
                    AuditCommand.self, TokensCommand.self, WhoamiCommand.self, BackupCommand.self,
                    RestoreCommand.self,
                ]),
        ])
}

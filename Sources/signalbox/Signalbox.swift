import ArgumentParser

@main
struct Signalbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signalbox",
        abstract: "The control plane for traffic routing on Consul.",
        discussion: """
            Signalbox stores routes, canary groups and weights, merges them with what Consul says is alive, and serves the
            resolved routing to proxy workers. Start here:

              signalbox serve --proxy 127.0.0.1:8080 --consul http://127.0.0.1:8500

            The admin API then listens on http://127.0.0.1:7000; its token is in ./signalbox-data/admin.token. Every
            option can also be given as an environment variable: --data-dir is SIGNALBOX_DATA_DIR, and so on.
            """,
        version: Version.text,
        subcommands: [ServeCommand.self, WorkerCommand.self, VersionCommand.self])
}

import AdminClient
import ArgumentParser

struct RuleDeleteCommand<Kind: RuleKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "delete", abstract: "Delete a \(Kind.name).")
    }

    @Argument(help: "Its name.", completion: Completions.names(of: Kind.plural))
    var name: String

    @Flag(name: .shortAndLong, help: "Don't ask.")
    var yes = false

    @Option(help: "Only delete it when this is its revision.")
    var ifRevision: Int?

    @OptionGroup var options: WriteOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            try session.console.confirm("Delete \(Kind.name) \(name)?", unless: yes || options.dryRun)
            let request = options.request("DELETE", RequestPath("v1", Kind.plural, name))
                .with(header: "If-Match", ifRevision.map { "\"\($0)\"" })
            try session.finish(try await session.connection.send(request), options) { _ in
                "\(Kind.name) \(name) deleted"
            }
        }
    }
}

import AdminClient
import ArgumentParser

struct RuleGetCommand<Kind: RuleKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "get", abstract: "Show a \(Kind.name) as it was written.",
            discussion: "What is printed can be edited and given to `signalbox \(Kind.plural) put`.")
    }

    @Argument(help: "Its name.", completion: Completions.names(of: Kind.plural))
    var name: String

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let value = try await session.connection.get(RequestPath("v1", Kind.plural, name)).json()
            let text = try YAMLText.text(value)
            try session.show(value) { $0.add(text) }
        }
    }
}

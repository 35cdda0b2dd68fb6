import AdminClient
import ArgumentParser

struct RuleListCommand<Kind: RuleKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: "List the \(Kind.plural).")
    }

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { try await $0.showList(RequestPath("v1", Kind.plural), Kind.list) }
    }
}

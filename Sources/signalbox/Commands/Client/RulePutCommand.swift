import AdminClient
import ArgumentParser
import RoutingModel

struct RulePutCommand<Kind: RuleKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "put", abstract: "Create a \(Kind.name), or replace it with what a file says.",
            discussion: """
                The file is YAML or JSON and replaces the whole \(Kind.name). Its name stands in the file, or after `put`.

                  signalbox \(Kind.plural) put -f star.yaml -m "canary for the new parser"
                """)
    }

    @Argument(help: "Its name, when the file has none.", completion: Completions.names(of: Kind.plural))
    var name: String?

    @Option(name: [.short, .customLong("file")], help: "The file; - is standard input.", completion: .file())
    var file: String

    @Flag(help: "Only create it: what is there is not replaced.")
    var createOnly = false

    @Option(help: "Only replace it when this is its revision.")
    var ifRevision: Int?

    @OptionGroup var options: WriteOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        if createOnly, ifRevision != nil {
            throw ValidationError("--create-only and --if-revision exclude each other.")
        }
    }

    func run() async throws {
        try await client.run { session in
            let document = try InputFiles.document(file)
            guard let name = name ?? document["name"]?.text else {
                throw ValidationError("The file has no 'name': give it after `put`.")
            }
            let request = try options.request("PUT", RequestPath("v1", Kind.plural, name))
                .with(header: "If-Match", ifRevision.map { "\"\($0)\"" })
                .with(header: "If-None-Match", createOnly ? "*" : nil)
                .with(document)
            let answer = try await session.connection.send(request)
            try session.finish(answer, options) { _ in
                "\(Kind.name) \(name) \(answer.status == 201 ? "created" : "is as the file says")"
            }
        }
    }
}

import AdminClient
import ArgumentParser
import RoutingModel

struct TokensCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a token and print its secret, once.",
        discussion: """
            Standard output has the secret and nothing else, so that it can go into a file or a variable:

              signalbox tokens create deploy --role operator --scope star- --for 720h > deploy.token
            """)

    @Argument(help: "Its name; the ledger says `token:NAME` of what is done with it.")
    var name: String

    @Option(
        help: "What it may do: viewer, operator, admin or worker.",
        completion: .list(["viewer", "operator", "admin", "worker"]))
    var role: String

    @Option(help: "Only rules whose name begins so; may be repeated. (default: all)")
    var scope: [String] = []

    @Option(name: .customLong("for"), help: "For how long, e.g. 720h or 30d. (default: until it is revoked)")
    var span: String?

    @Option(help: "For people.")
    var description: String?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        if let span, SpanText.duration(span) == nil {
            throw ValidationError("--for must be a duration as 720h or 30d, not '\(span)'.")
        }
    }

    func run() async throws {
        try await client.run { session in
            var document: [String: JSONValue] = ["name": .string(name), "role": .string(role)]
            if !scope.isEmpty { document["scopes"] = .array(scope.map { .string($0) }) }
            if let span = span.flatMap({ SpanText.duration($0) }) { document["expires_in"] = .string(span) }
            if let description { document["description"] = .string(description) }
            let request = try AdminRequest("POST", RequestPath("v1", "tokens")).with(.object(document))
            let value = try await session.connection.send(request).json()
            if session.format != .table { return try session.show(value) { _ in } }
            guard let secret = value["secret"]?.text else {
                throw ClientFailure.failed("The token was created, and the server gave no secret for it.")
            }
            session.console.note("This is the only time that the secret of '\(name)' is shown:")
            try session.console.write(secret + "\n")
        }
    }
}

import AdminClient
import ArgumentParser
import RoutingModel

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print all rules as one document that `apply` takes.",
        discussion: "  signalbox export > rules.yaml")

    @Option(parsing: .unconditional, help: "As they were: a revision, an RFC 3339 time, or 2h for two hours ago.")
    var at: String?

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let isJSON = session.format == .json
            let path = RequestPath("v1", "config").with("format", isJSON ? "json" : "yaml")
                .with("at", at.map { SpanText.moment($0) })
            let request = AdminRequest("GET", path)
                .with(header: "Accept", isJSON ? "application/json" : "application/yaml")
            let answer = try await session.connection.send(request)
            if isJSON { return try session.show(try answer.json()) { _ in } }
            try session.console.write(answer.text.hasSuffix("\n") ? answer.text : answer.text + "\n")
        }
    }
}

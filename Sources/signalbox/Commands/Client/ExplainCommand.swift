import AdminClient
import ArgumentParser

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Show where a request goes, and why.",
        discussion: """
              signalbox explain http://star.test/api?lang=en -H 'x-user: ada'

            Nothing is sent to any peer.
            """)

    @Argument(help: "The request's address; without a scheme it is http.")
    var url: String

    @Option(name: [.customShort("X"), .long], help: "Its method.")
    var method = "GET"

    @Option(name: [.customShort("H"), .long], help: "A header, 'name: value'; may be repeated.")
    var header: [String] = []

    @Option(name: .customLong("source-ip"), help: "The client's address. (default: 127.0.0.1)")
    var sourceIP: String?

    @Option(parsing: .unconditional, help: "With the rules as they were: a revision, an RFC 3339 time, or 2h ago.")
    var at: String?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        for text in header {
            guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
                throw ValidationError("A header is 'name: value', not '\(text)'.")
            }
        }
    }

    func run() async throws {
        try await client.run { session in
            var path = RequestPath("v1", "explain").with("url", url.contains("://") ? url : "http://\(url)")
                .with("method", method)
            for text in header {
                let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let value = parts.count == 2 ? parts[1].drop { $0 == " " } : ""
                path.add("header", "\(parts[0]):\(value)")
            }
            path = path.with("source_ip", sourceIP).with("at", at.map { SpanText.moment($0) })
            let value = try await session.connection.get(path).json()
            try session.show(value) { $0.explanation(value) }
        }
    }
}

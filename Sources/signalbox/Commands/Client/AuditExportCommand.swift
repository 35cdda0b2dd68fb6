import AdminClient
import ArgumentParser

struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print entries as NDJSON, one a line, oldest first: all that there are.",
        discussion: "  signalbox audit export --since 24h | jq -c 'select(.actor != \"consul\")'")

    @OptionGroup var filters: AuditFilters
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let path = filters.added(to: RequestPath("v1", "audit", "export"))
            try await session.connection.stream(path, accept: "application/x-ndjson") {
                try session.console.write($0)
            }
        }
    }
}

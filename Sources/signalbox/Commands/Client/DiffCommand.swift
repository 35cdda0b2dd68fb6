import AdminClient
import ArgumentParser
import RoutingModel

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two revisions, or files with the rules as they are.",
        discussion: """
              signalbox diff 12 14
              signalbox diff 12            (with the newest)
              signalbox diff -f rules/

            Exits with 2 when there are differences. Revision 0 has no rules.
            """)

    @Argument(help: "The revision to begin with.")
    var from: Int?

    @Argument(help: "The revision to end with. (default: the newest)")
    var to: Int?

    @OptionGroup var files: RulesFiles
    @OptionGroup var client: ClientOptions

    func validate() throws {
        if files.file.isEmpty == (from == nil) { throw ValidationError("Give revisions, or files with -f.") }
    }

    func run() async throws {
        try await client.run { session in
            guard let from else { return try await compareFiles(session) }
            let end: Int
            if let to {
                end = to
            } else {
                let newest = try await session.connection.list(RequestPath("v1", "revisions"), limit: 1).items.first
                end = newest?["revision"]?.int ?? 0
            }
            let path = RequestPath("v1", "revisions", "\(from)", "diff", "\(end)")
            let value = try await session.connection.get(path).json()
            let changes = value["changes"]?.items ?? []
            try session.show(value) { page in
                page.changes(changes)
                page.line(Cell(Page.count(changes) ?? "No differences.", .strong))
            }
            if !changes.isEmpty { throw ExitCode(2) }
        }
    }

    private func compareFiles(_ session: ClientSession) async throws {
        let document = try InputFiles.rules(files.file).document()
        let request = try AdminRequest(
            files.merge ? "PATCH" : "PUT", RequestPath("v1", "config").with("dry_run", "true")
        ).with(document, as: files.merge ? "application/merge-patch+json" : "application/json")
        let plan = try await session.connection.send(request).json()
        let changes = plan["changes"]?.items ?? []
        try session.show(["changes": .array(changes)]) { page in
            page.changes(changes)
            page.line(Cell(Page.count(changes) ?? "No differences.", .strong))
        }
        if !changes.isEmpty { throw ExitCode(2) }
    }
}

import AdminClient
import ArgumentParser
import RoutingModel

struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List entries, newest first, or follow them as they happen.")

    @OptionGroup var filters: AuditFilters

    @Option(name: [.customShort("n"), .long], help: "How many entries. (default: 100; before following: 10)")
    var limit: Int?

    @Flag(name: .shortAndLong, help: "Go on with what happens, for ever; the oldest comes first then.")
    var follow = false

    @OptionGroup var client: ClientOptions

    func validate() throws {
        if follow, filters.until != nil { throw ValidationError("--follow has no --until.") }
        if let limit, limit < 0 || (limit == 0 && !follow) { throw ValidationError("--limit must be at least 1.") }
    }

    func run() async throws {
        try await client.run { session in
            if follow { return try await follow(session) }
            let path = filters.added(to: RequestPath("v1", "audit"))
            try await session.showList(path, limit: limit ?? 100) { $0.audit($1) }
        }
    }

    /// Shows the last entries and goes on after them: whatever is added after the list was read comes by the stream.
    private func follow(_ session: ClientSession) async throws {
        let all = RequestPath("v1", "audit")
        var last = try await session.connection.list(all, limit: 1).items.first?["id"]?.int
        let limit = limit ?? (filters.since == nil ? 10 : nil)
        let path = filters.added(to: all)
        let items = limit == 0 ? [] : try await session.connection.list(path, limit: limit).items
        for entry in items.reversed() { try print(entry, session) }
        last = [last, items.first?["id"]?.int].compactMap(\.self).max()
        let stream = filters.added(to: RequestPath("v1", "audit", "stream"), withTimes: false)
            .with("after", last.map { "\($0)" })
        try await session.connection.follow(stream) { news in
            switch news {
            case .lost(let reason): session.console.note("The stream broke off: \(reason) Trying again.")
            case .resumed: session.console.note("The stream goes on.")
            }
        } onEvent: { event in
            guard event.name == "entry" else { return }
            guard let entry = try? CanonicalJSON.decode(JSONValue.self, from: event.data) else {
                throw ClientFailure.failed("The stream has an entry that is not JSON.")
            }
            try print(entry, session)
        }
    }

    /// An entry on its line; as YAML, a document of its own.
    private func print(_ entry: JSONValue, _ session: ClientSession) throws {
        switch session.format {
        case .table:
            var page = session.console.page()
            page.auditLine(entry)
            try session.console.write(page.text)
        case .json: try session.console.write(JSONText.line(entry) + "\n")
        case .yaml: try session.console.write("---\n" + (try YAMLText.text(entry)))
        }
    }
}

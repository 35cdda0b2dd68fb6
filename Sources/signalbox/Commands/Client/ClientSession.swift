import AdminClient
import ArgumentParser
import RoutingModel

/// What a client command works with.
struct ClientSession {
    let connection: AdminConnection
    let console: Console
    let format: OutputFormat

    /// Prints data: as a view for people, or as they are.
    func show(_ value: JSONValue, _ view: (inout Page) -> Void) throws {
        switch format {
        case .table:
            var page = console.page()
            view(&page)
            try console.write(page.text)
        case .json: try console.write(JSONText.pretty(value) + "\n")
        case .yaml: try console.write(try YAMLText.text(value))
        }
    }

    /// Prints a whole list, or its first `limit` items.
    func showList(
        _ path: RequestPath, limit: Int? = nil, _ view: (inout Page, [JSONValue]) -> Void
    ) async throws {
        let (items, more) = try await connection.list(path, limit: limit)
        try show(["items": .array(items)]) { view(&$0, items) }
        if more { console.note("There is more: see --limit.") }
    }

    /// Prints what a write answered, and ends with the exit code that it calls for.
    /// - Parameter sentence: what was done, e.g. `route star deleted`.
    func finish(_ answer: AdminAnswer, _ options: WriteOptions, _ sentence: (JSONValue) -> String) throws {
        let value = try answer.json()
        if options.dryRun { return try finishPlan(value) }
        if let report = Page.appliedReport(value) {
            try show(report) { page in
                page.line(Cell(sentence(value)))
                page.applied(report)
            }
            if !Page.isApplied(report) {
                throw ClientFailure.failed("The change is made, and not every worker has applied it.")
            }
            return
        }
        guard format == .table else {
            if !value.isNull { try show(value) { _ in } }
            return
        }
        var words = sentence(value)
        if let revision = answer.revision {
            words += " (revision \(revision)\(answer.index.map { ", snapshot \($0)" } ?? ""))"
        }
        try console.done(words)
    }

    /// Prints a plan; differences end the process with 2.
    func finishPlan(_ plan: JSONValue) throws {
        try show(plan) { $0.plan(plan) }
        if !(plan["changes"]?.items ?? []).isEmpty { throw ExitCode(2) }
    }
}

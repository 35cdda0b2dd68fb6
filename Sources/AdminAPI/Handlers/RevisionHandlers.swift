internal import ControlPlane
internal import Hummingbird
internal import RoutingModel

/// The history of the rules: list, show, compare, go back.
struct RevisionHandlers {
    let controlPlane: ControlPlane

    /// Changes that an entry of the list shows.
    private static let listedChanges = 100

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("revisions") { request, _ in try await list(request) }
        v1.get("revisions/{number}") { try await show($0, $1) }
        v1.get("revisions/{number}/diff/{other}") { try await compare($0, $1) }
        v1.post("revisions/{number}/rollback") { try await rollback($0, $1) }
    }

    private func list(_ request: Request) async throws -> Response {
        let query = QueryParameters(request, known: Paging.parameters)
        let limit = query.integer("limit", in: 1...1_000) ?? 100
        var before: Int?
        if let cursor = query.text("cursor") {
            before = Paging.decode(cursor).flatMap { Int($0) }
            if before == nil { query.say("cursor", "invalid_value", "must be the 'next' of an earlier page") }
        }
        try query.check()
        let page = try await controlPlane.revisions(before: before, limit: limit, changesLimit: Self.listedChanges)
        let items = try page.records.map { try CanonicalJSON.text(RevisionDocument($0.record, count: $0.changeCount)) }
        let next = page.hasMore ? page.records.last.map { Paging.encode("\($0.record.number)") } : nil
        return .list(items, next: next)
    }

    private func show(_ request: Request, _ context: AdminContext) async throws -> Response {
        try QueryParameters.refuseAll(request)
        let record = try await controlPlane.revision(try Self.number(context, "number", from: 1))
        return try .json(RevisionDocument(record, count: record.changes.count))
    }

    private struct Difference: Encodable {
        let from: Int
        let to: Int
        let changes: [RevisionChange]
    }

    private func compare(_ request: Request, _ context: AdminContext) async throws -> Response {
        try QueryParameters.refuseAll(request)
        let (from, to) = (try Self.number(context, "number"), try Self.number(context, "other"))
        return try .json(
            Difference(from: from, to: to, changes: try await controlPlane.difference(from: from, to: to)))
    }

    private func rollback(_ request: Request, _ context: AdminContext) async throws -> Response {
        let options = try WriteOptions(request)
        let number = try Self.number(context, "number")
        let command = try await controlPlane.rollback(to: number)
        return try await ConfigHandlers(controlPlane: controlPlane).carryOut(command, options, context)
    }

    private static func number(_ context: AdminContext, _ name: String, from least: Int = 0) throws -> Int {
        let text = try context.segment(name)
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(text),
            number >= least
        else {
            throw Problem(.notFound, "There is no revision '\(text)': revisions are numbers.")
        }
        return number
    }
}

/// A revision as the API shows it.
private struct RevisionDocument: Encodable {
    let record: RevisionRecord
    let count: Int

    init(_ record: RevisionRecord, count: Int) {
        self.record = record
        self.count = count
    }

    enum CodingKeys: String, CodingKey {
        case revision, at, author, message, changeCount = "change_count", changes
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(record.number, forKey: .revision)
        try container.encode(record.at, forKey: .at)
        try container.encode(record.author, forKey: .author)
        try container.encodeIfPresent(record.message, forKey: .message)
        try container.encode(count, forKey: .changeCount)
        try container.encode(record.changes, forKey: .changes)
    }
}

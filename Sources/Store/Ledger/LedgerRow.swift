internal import GRDB
internal import RoutingModel

/// A ledger entry as it will be stored and hashed, made before the one writer is taken.
struct LedgerRow: Sendable {
    let at: Int64
    let kind: LedgerKind
    let service: String?
    let groups: [String]
    /// All values behind the id; the columns are bound to its parts.
    let encoding: LedgerEncoding
    let consulIndex: Int64?
    let revision: Int64
    let index: Int64

    /// - Throws: `EncodingError`, which no value that came from JSON gives.
    init(_ entry: LedgerEntry) throws {
        at = entry.at.milliseconds
        kind = entry.kind
        service = entry.service?.columnText
        groups = entry.groups.count < 2 ? entry.groups.map(\.columnText) : Self.once(entry.groups)
        consulIndex = entry.consulIndex.map(Int64.init(bitPattern:))
        revision = Int64(entry.revision)
        index = Int64(entry.index)
        var encoding = LedgerEncoding()
        encoding.reserve(384)
        encoding.add(at)
        encoding.add(kind.rawValue)
        encoding.add(entry.actor.columnText)
        encoding.add(service)
        encoding.add(entry.peer?.columnText)
        encoding.add(groups.isEmpty ? "[]" : try PlainJSON.text(.array(groups.map { .string($0) })))
        encoding.add(entry.route?.columnText)
        encoding.add(entry.worker?.columnText)
        encoding.add(try entry.before.map { try PlainJSON.text($0) })
        encoding.add(try entry.after.map { try PlainJSON.text($0) })
        encoding.add(entry.reason?.columnText)
        encoding.add(entry.cause?.columnText)
        encoding.add(consulIndex)
        encoding.add(revision)
        encoding.add(index)
        self.encoding = encoding
    }

    private static func once(_ groups: [String]) -> [String] { Set(groups.map(\.columnText)).sorted() }

    /// Appends rows in their order, each chained to the one before.
    static func insert(_ rows: [LedgerRow], _ db: Database) throws {
        guard !rows.isEmpty else { return }
        var writer = try LedgerWriter(db)
        for row in rows { try writer.append(row) }
        try writer.finish()
    }
}

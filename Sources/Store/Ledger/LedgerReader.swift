internal import GRDB
internal import RoutingModel

/// Turns rows of the ledger into records.
enum LedgerReader {
    /// What a statement must select for `record`.
    static let columns = """
        id, at, kind, actor, service, peer, "groups", route, worker, before, after, reason, cause, consul_index, \
        revision, idx
        """

    /// The entry that `row` stands at.
    /// - Throws: `StoreError` (`unreadable_row`), naming the entry.
    static func record(_ row: RawStatement) throws -> LedgerRecord {
        let id = row.integer(0)
        return try StoreError.reading("The ledger entry \(id)") {
            let kind = try row.text(2) ?? ""
            guard let known = LedgerKind(rawValue: kind) else {
                throw StoreError(.unreadableRow, "this program doesn't know the kind '\(kind)'")
            }
            let entry = LedgerEntry(
                at: Timestamp(milliseconds: row.integer(1)), kind: known, actor: try row.text(3) ?? "",
                service: try row.text(4), peer: try row.text(5).map { PeerID($0) }, groups: try groups(row, 6),
                route: try row.text(7), worker: try row.text(8), before: try json(row, 9), after: try json(row, 10),
                reason: try row.text(11), cause: try row.text(12),
                consulIndex: row.optionalInteger(13).map(UInt64.init(bitPattern:)),
                revision: Int(row.integer(14)), index: Int(row.integer(15)))
            return LedgerRecord(id: id, entry: entry)
        }
    }

    /// The groups that the column `column` of `row` lists.
    /// - Throws: `DecodingError` when it isn't a list.
    static func groups(_ row: RawStatement, _ column: Int32) throws -> [String] {
        guard let text = row.bytes(column) else { return [] }
        if let plain = PlainJSON.strings(text, { String(validating: $0, as: UTF8.self) }) { return plain }
        return try CanonicalJSON.decode([String].self, from: String(decoding: text, as: UTF8.self))
    }

    private static func json(_ row: RawStatement, _ column: Int32) throws -> JSONValue? {
        guard let text = row.bytes(column) else { return nil }
        if let plain = PlainJSON.value(text) { return plain }
        return try CanonicalJSON.decode(JSONValue.self, from: row.text(column) ?? "")
    }
}

internal import GRDB
internal import RoutingModel

/// A ledger entry with its documents as text, ready to be inserted.
struct LedgerRow: Sendable {
    private let entry: LedgerEntry
    private let before: String?
    private let after: String?

    /// - Throws: `EncodingError`, which no value that came from JSON gives.
    init(_ entry: LedgerEntry) throws {
        self.entry = entry
        before = try entry.before.map { try PlainJSON.text($0) }
        after = try entry.after.map { try PlainJSON.text($0) }
    }

    static let columns = """
        id, at, kind, actor, service, peer, route, worker, before, after, reason, cause, consul_index, revision, idx
        """

    /// Appends rows in their order.
    static func insert(_ rows: [LedgerRow], _ db: Database) throws {
        guard !rows.isEmpty else { return }
        var newest = try Int64.fetchOne(db, SQLRequest(sql: "SELECT max(at) FROM ledger", cached: true)) ?? .min
        var drift: Int64 = 0
        for row in rows {
            let at = row.entry.at.milliseconds
            if at < newest { drift = max(drift, newest - at) }
            newest = max(newest, at)
            try row.insert(db)
        }
        if drift > 0 { try StateKey.ledgerDrift.raise(to: drift, db) }
    }

    private func insert(_ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO ledger (at, kind, actor, service, peer, route, worker, before, after, reason, cause,
                    consul_index, revision, idx)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            entry.at.milliseconds, entry.kind.rawValue, entry.actor.columnText, entry.service?.columnText,
            entry.peer?.columnText, entry.route?.columnText, entry.worker?.columnText, before, after,
            entry.reason?.columnText, entry.cause?.columnText, entry.consulIndex.map(Int64.init(bitPattern:)),
            entry.revision, entry.index,
        ])
        let id = db.lastInsertedRowID
        for group in Set(entry.groups.map(\.columnText)) {
            try db.cachedStatement(sql: "INSERT INTO ledger_groups (group_name, entry) VALUES (?, ?)")
                .execute(arguments: [group, id])
        }
    }

    /// The entry that stands in `row`, with its groups.
    /// - Throws: `StoreError` (`unreadable_row`), naming the entry.
    static func record(_ row: Row, _ db: Database) throws -> LedgerRecord {
        let id: Int64 = try row.decode(forColumn: "id")
        let groups = try String.fetchAll(
            db, SQLRequest(sql: "SELECT group_name FROM ledger_groups WHERE entry = ?", arguments: [id], cached: true))
        return try StoreError.reading("The ledger entry \(id)") {
            let kind: String = try row.decode(forColumn: "kind")
            guard let known = LedgerKind(rawValue: kind) else {
                throw StoreError(.unreadableRow, "this program doesn't know the kind '\(kind)'")
            }
            let entry = LedgerEntry(
                at: Timestamp(milliseconds: try row.decode(forColumn: "at")), kind: known,
                actor: try row.decode(forColumn: "actor"), service: try row.decode(forColumn: "service"),
                peer: try row.decode(String?.self, forColumn: "peer").map { PeerID($0) }, groups: groups,
                route: try row.decode(forColumn: "route"), worker: try row.decode(forColumn: "worker"),
                before: try json(row, "before"), after: try json(row, "after"),
                reason: try row.decode(forColumn: "reason"), cause: try row.decode(forColumn: "cause"),
                consulIndex: try row.decode(Int64?.self, forColumn: "consul_index").map(UInt64.init(bitPattern:)),
                revision: try row.decode(forColumn: "revision"), index: try row.decode(forColumn: "idx"))
            return LedgerRecord(id: id, entry: entry)
        }
    }

    private static func json(_ row: Row, _ column: String) throws -> JSONValue? {
        try row.decode(String?.self, forColumn: column).map { try CanonicalJSON.decode(JSONValue.self, from: $0) }
    }
}

internal import GRDB
internal import RoutingModel

/// Follows the chain of hashes from its beginning to the head that it had when it began, in steps of some thousand rows,
/// each within one reading transaction.
///
/// A row is held against the hash that the row before it has stored. So a row that was changed is one fault, whatever
/// comes behind it, and the check goes on.
struct LedgerVerifier: Sendable {
    /// How many faults are told.
    static let limit = 100
    /// How many ids a step looks at.
    static let stride: Int64 = 8_192

    /// As it was at the beginning.
    private var chain: LedgerChain?
    /// The id to go on from.
    private var next: Int64 = .min
    /// The hash of the row before `next`; nil when that is not known.
    private var previous: [UInt8]?
    private var checked = 0
    private var first: Int64?
    private var last: Int64?
    private var unchained = 0
    private var faults: [LedgerVerification.Fault] = []
    /// The latest that the ledger says of having been trimmed: up to where, and the hash there.
    private var explained: JSONValue?
    /// The newest gap: the number of its fault, and the id that it ends with.
    private var gap: (fault: Int, end: Int64)?

    /// Looks at the rows that follow. True: that was all.
    /// - Throws: `DatabaseError`; `StoreError` when there is no chain.
    mutating func step(_ db: Database) throws -> Bool {
        let stored = try LedgerChain.stored(db)
        // Trimmed meanwhile: what was looked at is gone, and what explains that lies behind the old head.
        if chain?.trimmed != stored.trimmed { try begin(stored, db) }
        guard let chain, next <= chain.head else {
            try end(db)
            return true
        }
        let found = try Int64.fetchOne(
            db, SQLRequest(sql: "SELECT min(id) FROM ledger WHERE id >= ?", arguments: [next], cached: true))
        // However many are missing takes no longer.
        let nearest = min(found ?? chain.head + 1, chain.head + 1)
        if nearest > next {
            missing(next...(nearest - 1))
            next = nearest
            return false
        }
        let through = min(chain.head, next + Self.stride - 1)
        try look(through: through, db)
        next = through + 1
        return false
    }

    /// What was found, once `step` has said that that was all.
    var verification: LedgerVerification {
        LedgerVerification(
            checked: checked, first: first, last: last, head: LedgerEncoding.hexadecimal(chain?.headHash ?? []),
            unchained: unchained, faults: Array(faults.sorted { $0.entry < $1.entry }.prefix(Self.limit)))
    }

    private mutating func begin(_ chain: LedgerChain, _ db: Database) throws {
        self = LedgerVerifier()
        self.chain = chain
        unchained =
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM ledger WHERE id BETWEEN 1 AND ?", arguments: [chain.unchained]) ?? 0
        // Rows that are about to be deleted are still checked; the hash before the first of them is gone.
        let leftover = try Int64.fetchOne(
            db, sql: "SELECT min(id) FROM ledger WHERE id > ? AND id <= ?", arguments: [chain.unchained, chain.anchor])
        next = leftover ?? chain.anchor + 1
        previous = leftover == nil ? chain.anchorHash : nil
        let foreign = try Int64.fetchOne(db, sql: "SELECT min(id) FROM ledger WHERE id < 1")
        if let foreign { fault(foreign, "It was inserted: ids begin with 1.") }
    }

    private mutating func look(through: Int64, _ db: Database) throws {
        guard let chain else { return }
        var groups = try LedgerPostings(next...through, db)
        let rows = try RawStatement(
            "SELECT \(LedgerReader.columns), hash FROM ledger WHERE id BETWEEN ? AND ? ORDER BY id", db)
        defer { rows.reset() }
        rows.bind(1, next)
        rows.bind(2, through)
        var expected = next
        while try rows.step() {
            let id = rows.integer(0)
            if id > expected { missing(expected...(id - 1)) }
            check(rows, id, of: chain)
            if groups.take(id) != Set((try? LedgerReader.groups(rows, 6)) ?? []) {
                fault(id, "The groups by which it is found are not those that it names.")
            }
            expected = id + 1
        }
        if expected <= through { missing(expected...through) }
        for id in groups.rest { fault(id, "It is found by a group, but there is no such entry.") }
    }

    private mutating func check(_ row: RawStatement, _ id: Int64, of chain: LedgerChain) {
        let stored = row.bytes(16).map(Array.init)
        let before = id == chain.anchor + 1 ? chain.anchorHash : previous
        var isRight = true
        if let before {
            isRight = stored == LedgerEncoding.hash(after: before, id: id, Self.encoding(of: row))
        }
        if stored?.count != LedgerEncoding.hashSize {
            fault(id, "It has no hash: it was inserted, or changed.")
        } else if !isRight {
            fault(id, "Its hash doesn't fit: it or its place in the chain was changed.")
        } else if id == chain.head, stored != chain.headHash {
            fault(id, "It is not the newest entry that was written: its hash is not the head of the chain.")
        } else if id == chain.anchor, stored != chain.anchorHash {
            fault(id, "Its hash is not the one that the chain goes on from.")
        } else if row.bytes(2)?.elementsEqual(LedgerKind.configLedgerTrimmed.rawValue.utf8) == true {
            explained = (try? LedgerReader.record(row))?.entry.after
        }
        previous = stored?.count == LedgerEncoding.hashSize ? stored : previous
        checked += 1
        first = first ?? id
        last = id
    }

    private static func encoding(of row: RawStatement) -> LedgerEncoding {
        var encoding = LedgerEncoding()
        encoding.reserve(512)
        for column in Int32(1)...15 {
            switch column {
            case 1, 13, 14, 15: encoding.add(row.optionalInteger(column))
            default: encoding.add(row.bytes(column))
            }
        }
        return encoding
    }

    private mutating func missing(_ ids: ClosedRange<Int64>) {
        previous = nil
        // A gap over several steps is one fault.
        if let gap, gap.end == ids.lowerBound - 1 {
            self.gap = (gap.fault, ids.upperBound)
            let entry = faults[gap.fault].entry
            faults[gap.fault] = .init(entry: entry, problem: "The entries up to \(ids.upperBound) are missing.")
        } else if faults.count < Self.limit {
            gap = (faults.count, ids.upperBound)
            fault(
                ids.lowerBound, ids.count == 1 ? "It is missing." : "The entries up to \(ids.upperBound) are missing.")
        }
    }

    private mutating func end(_ db: Database) throws {
        guard let chain else { return }
        let newest = try Int64.fetchOne(db, sql: "SELECT max(id) FROM ledger") ?? 0
        let stored = try LedgerChain.stored(db)
        if newest > stored.head { fault(stored.head + 1, "It was inserted behind the newest entry that was written.") }
        let sequence = try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'ledger'") ?? 0
        if sequence > stored.head {
            fault(stored.head + 1, "Entries up to \(sequence) were written, but the chain ends before.")
        } else if sequence < stored.head {
            fault(sequence + 1, "The number of the newest entry, \(stored.head), was set back to \(sequence).")
        }
        guard chain.trimmed > 0 else { return }
        if explained?["through"] != .integer(chain.trimmed)
            || explained?["hash"] != .string(LedgerEncoding.hexadecimal(chain.anchorHash))
        {
            fault(
                chain.trimmed,
                "The entries up to here are gone, and no \(LedgerKind.configLedgerTrimmed.rawValue) says so.")
        }
    }

    private mutating func fault(_ entry: Int64, _ problem: String) {
        guard faults.count < Self.limit else { return }
        faults.append(LedgerVerification.Fault(entry: entry, problem: problem))
    }
}

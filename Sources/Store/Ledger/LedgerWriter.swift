internal import GRDB
internal import RoutingModel

/// Appends rows to the ledger within one transaction, with all that is kept beside them: the chain, the groups, the
/// times of stretches of ids, the last words about services.
struct LedgerWriter {
    private let db: Database
    private var chain: LedgerChain
    private var segment: LedgerTimes
    private var block: LedgerTimes
    private let rows: RawStatement
    private let groups: RawStatement

    init(_ db: Database) throws {
        self.db = db
        chain = try LedgerChain.stored(db)
        // What somebody else put behind the head stays where it is, for a check to find; its ids are not used again.
        let newest = try Int64.fetchOne(
            db, SQLRequest(sql: "SELECT seq FROM sqlite_sequence WHERE name = 'ledger'", cached: true))
        chain.head = max(chain.head, newest ?? 0)
        segment = LedgerTimes(bits: LedgerSegment.bits)
        block = LedgerTimes(bits: LedgerSegment.blockBits)
        rows = try RawStatement(
            """
            INSERT INTO ledger (id, at, kind, actor, service, peer, "groups", route, worker, before, after, reason,
                cause, consul_index, revision, idx, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, db)
        groups = try RawStatement("INSERT INTO ledger_groups (segment, group_name, entry) VALUES (?, ?, ?)", db)
    }

    /// Appends `row` with the next id.
    mutating func append(_ row: LedgerRow) throws {
        let id = chain.head + 1
        chain.head = id
        chain.headHash = LedgerEncoding.hash(after: chain.headHash, id: id, row.encoding)
        try insert(row, id)
        for group in row.groups {
            groups.bind(1, LedgerSegment.number(of: id))
            groups.bind(2, group)
            groups.bind(3, id)
            try groups.run()
        }
        try segment.add(row.at, id, db)
        try block.add(row.at, id, db)
        if let service = row.service, LedgerLastWords.kinds.contains(row.kind) {
            try LedgerLastWords.put(service, row.kind, id, db)
        }
    }

    /// To be called after the last row.
    mutating func finish() throws {
        try segment.flush(db)
        try block.flush(db)
        try chain.store(db)
    }

    private func insert(_ row: LedgerRow, _ id: Int64) throws {
        try row.encoding.bytes.withUnsafeBytes { bytes in
            rows.bind(1, id)
            rows.bind(2, row.at)
            rows.bind(14, row.consulIndex)
            rows.bind(15, row.revision)
            rows.bind(16, row.index)
            rows.bind(17, blob: chain.headHash)
            // The texts of the columns 3 … 13 lie in the encoding, one behind the other, behind the time.
            var place = 0
            for column in Int32(2)...13 {
                let size = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
                place += 4
                guard size != .max else {
                    rows.bind(column, standing: nil)
                    continue
                }
                if column > 2 {
                    rows.bind(column, standing: UnsafeRawBufferPointer(rebasing: bytes[place..<place + Int(size)]))
                }
                place += Int(size)
            }
            try rows.run()
        }
    }
}

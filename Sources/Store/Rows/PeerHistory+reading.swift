internal import GRDB
internal import GRDBSQLite
internal import RoutingModel

extension PeerHistory {
    /// What became of the peers of all services by entries with a higher id than `cut`.
    /// - Throws: `StoreError` (`unreadable_row`), naming the entry.
    static func all(after cut: Int64, _ db: Database) throws -> [PeerHistory] {
        // The unary + keeps SQLite from walking the kinds one by one: what is wanted is the order of ids.
        let statement = try db.makeStatement(
            sql: """
                SELECT kind, service, peer, before, id FROM ledger
                WHERE id > ? AND +kind IN ('peer.joined', 'peer.left', 'peer.health', 'peer.tags', 'peer.meta',
                    'peer.address', 'peer.weight') AND service IS NOT NULL AND peer IS NOT NULL
                ORDER BY id
                """)
        let reader = Reader(row: statement.sqliteStatement)
        let rows = try Row.fetchCursor(statement, arguments: [cut])
        while try rows.next() != nil { reader.take() }
        return try reader.histories()
    }

    /// Notes the first entry of each peer and kind, off SQLite's own cursor: of a million entries most are passed over
    /// here, so nothing is made of them.
    private final class Reader {
        private struct PeerNotes {
            let id: String
            /// Its first coming or going has been seen: what comes later is of another life.
            var isSettled = false
            var isAbsent = false
            /// The document of what it was when it went.
            var left: Int?
            /// The kinds that have been seen.
            var seen: UInt8 = 0
            /// The documents of what was before.
            var before: [Int] = []
        }

        private struct ServiceNotes {
            let name: String
            let places = Interner<Int>()
            var peers: [PeerNotes] = []
        }

        private let row: OpaquePointer
        private let kinds = Interner<LedgerKind?>()
        private let places = Interner<Int>()
        private var services: [ServiceNotes] = []
        /// Each distinct document is read once, all of them at the end on all cores.
        private let documentPlaces = Interner<Int>()
        private var documents: [(text: String, entry: Int64)] = []

        init(row: OpaquePointer) { self.row = row }

        func take() {
            let name = bytes(1)
            let service = places.value(of: name) { text in
                services.append(ServiceNotes(name: String(decoding: text, as: UTF8.self)))
                return services.count - 1
            }
            let count = services[service].peers.count
            let peer = services[service].places.value(of: bytes(2)) { _ in count }
            if peer == count {
                services[service].peers.append(PeerNotes(id: String(decoding: bytes(2), as: UTF8.self)))
            }
            guard !services[service].peers[peer].isSettled,
                let kind = kinds.value(of: bytes(0), { LedgerKind(rawValue: String(decoding: $0, as: UTF8.self)) })
            else { return }
            note(kind, &services[service].peers[peer])
        }

        private func note(_ kind: LedgerKind, _ peer: inout PeerNotes) {
            switch kind {
            case .peerJoined:
                peer.isSettled = true
                peer.isAbsent = true
            case .peerLeft:
                peer.isSettled = true
                peer.left = document()
            case .peerHealth: noteFirst(1, &peer)
            case .peerTags: noteFirst(2, &peer)
            case .peerMeta: noteFirst(4, &peer)
            case .peerAddress: noteFirst(8, &peer)
            case .peerWeight: noteFirst(16, &peer)
            default: break
            }
        }

        private func noteFirst(_ bit: UInt8, _ peer: inout PeerNotes) {
            guard peer.seen & bit == 0 else { return }
            peer.seen |= bit
            if let document = document() { peer.before.append(document) }
        }

        /// The place of the row's document; nil when it has none.
        private func document() -> Int? {
            guard sqlite3_column_type(row, 3) != SQLITE_NULL else { return nil }
            return documentPlaces.value(of: bytes(3)) { text in
                documents.append((String(decoding: text, as: UTF8.self), sqlite3_column_int64(row, 4)))
                return documents.count - 1
            }
        }

        /// SQLite keeps the bytes of a text until the next row.
        private func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
            let start = sqlite3_column_text(row, column)
            return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(row, column)))
        }

        func histories() throws -> [PeerHistory] {
            let facts = try Parallel.map(documents) { document in
                try StoreError.reading("The ledger entry \(document.entry)") {
                    try CanonicalJSON.decode(InstanceFacts.self, from: document.text)
                }
            }
            return services.map { service in
                PeerHistory(
                    service: service.name,
                    peers: service.peers.map { peer in
                        Peer(
                            id: peer.id,
                            presence: peer.isAbsent ? .absent : peer.left.map { .present(facts[$0]) } ?? .asNow,
                            before: peer.before.map { facts[$0] })
                    })
            }
        }
    }
}

import Crypto
import Foundation
import GRDB
import RoutingModel
import Testing

@testable import Store

@Suite struct LedgerChainTests {
    /// Entries of several kinds, with groups and without.
    static let entries: [LedgerEntry] = (0..<20).map { (number: Int) -> LedgerEntry in
        if number % 4 == 0 { return Samples.fullEntry }
        return Samples.entry(at: Int64(number), groups: number % 4 == 2 ? ["a", "b"] : [])
    }

    /// Runs `work` on the file as somebody would who isn't Signalbox: nothing refuses it.
    static func tamper(_ path: String, _ work: @escaping @Sendable (Database) throws -> Void) async throws {
        let database = try DatabaseQueue(path: path)
        try await database.write { db in
            let triggers = try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger)") }
            try work(db)
        }
        try database.close()
    }

    @Test("A ledger that nobody touched is right, online and offline, across a reopening")
    func untouched() async throws {
        try await StoreFolder.with { folder in
            var store = try SQLiteStore(path: folder.database)
            var found = try await store.verifyLedger()
            #expect(found.ok)
            #expect(found.first == nil)
            #expect(found.head == String(repeating: "0", count: 64))
            try await store.record(Self.entries)
            try store.close()
            store = try SQLiteStore(path: folder.database)
            try await store.record(Self.entries)
            found = try await store.verifyLedger()
            #expect(found.faults.isEmpty)
            #expect(found.checked == 40)
            #expect(found.first == 1)
            #expect(found.last == 40)
            #expect(found.unchained == 0)
            #expect(try SQLiteStore.verifyLedger(at: folder.database) == found)
            try store.close()
            #expect(try SQLiteStore.verifyLedger(at: folder.database) == found)
        }
    }

    @Test("The hash is what the documents say")
    func encoding() async throws {
        try await StoreFolder.withStore { store in
            let entry = LedgerEntry(
                at: Timestamp(milliseconds: 5), kind: .peerLeft, actor: "consul", service: "ä", groups: ["b", "a"],
                after: ["x": 1], reason: "", consulIndex: .max, revision: 3, index: 9)
            try await store.record([entry])
            var bytes = [UInt8](repeating: 0, count: 32)
            let values: [String?] = [
                "1", "5", "peer.left", "consul", "ä", nil, #"["a","b"]"#, nil, nil, nil, #"{"x":1}"#, "", nil, "-1",
                "3", "9",
            ]
            for value in values {
                guard let value else {
                    bytes += [0xFF, 0xFF, 0xFF, 0xFF]
                    continue
                }
                bytes += [0, 0, 0, UInt8(value.utf8.count)] + Array(value.utf8)
            }
            let hash = SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            #expect(try await store.verifyLedger().head == hash)
        }
    }

    /// What is done to the file, and the entries at which it is found.
    static let tamperings: [(String, [Int64])] = [
        ("UPDATE ledger SET actor = 'token:nobody' WHERE id = 7", [7]),
        ("UPDATE ledger SET at = at + 1 WHERE id = 1", [1]),
        ("UPDATE ledger SET reason = NULL WHERE id = 5", [5]),
        ("UPDATE ledger SET route = service, service = route WHERE id = 9", [9]),
        ("UPDATE ledger SET \"groups\" = '[\"a\"]' WHERE id = 3", [3]),
        ("UPDATE ledger SET hash = zeroblob(32) WHERE id = 4", [4, 5]),
        ("UPDATE ledger SET hash = NULL WHERE id = 20", [20]),
        ("UPDATE ledger SET kind = 'x' WHERE id IN (2, 12)", [2, 12]),
        ("DELETE FROM ledger WHERE id = 8", [8]),
        ("DELETE FROM ledger WHERE id BETWEEN 8 AND 11; DELETE FROM ledger_groups WHERE entry BETWEEN 8 AND 11", [8]),
        ("DELETE FROM ledger WHERE id = 20", [20]),
        (
            "DELETE FROM ledger WHERE id >= 15; DELETE FROM ledger_groups WHERE entry >= 15; "
                + "UPDATE sqlite_sequence SET seq = 14", [15]
        ),
        (
            "DELETE FROM ledger WHERE id = 20; "
                + "UPDATE ledger_chain SET head = 19, head_hash = (SELECT hash FROM ledger WHERE id = 19)", [20]
        ),
        ("DELETE FROM ledger WHERE id <= 2", [1]),
        ("DELETE FROM ledger", [1]),
        (
            "UPDATE ledger_chain SET trimmed = 2, anchor = 2, anchor_hash = (SELECT hash FROM ledger WHERE id = 2); "
                + "DELETE FROM ledger_groups WHERE entry <= 2; DELETE FROM ledger WHERE id <= 2", [2]
        ),
        ("UPDATE ledger SET id = 21 WHERE id = 20", [20, 21]),
        ("INSERT INTO ledger (at, kind, actor, revision, idx) VALUES (0, 'peer.left', 'consul', 0, 0)", [21]),
        ("INSERT INTO ledger (id, at, kind, actor, revision, idx) VALUES (0, 0, 'peer.left', 'consul', 0, 0)", [0]),
        ("DELETE FROM ledger_groups WHERE entry = 3 AND group_name = 'a'", [3]),
        ("INSERT INTO ledger_groups VALUES (0, 'c', 2)", [2]),
        ("UPDATE ledger_groups SET group_name = 'c' WHERE group_name = 'a' AND entry = 7", [7]),
        ("INSERT INTO ledger_groups VALUES (0, 'c', 2), (0, 'c', 14)", [2, 14]),
        ("DELETE FROM ledger_chain", []),
    ]

    @Test("Whatever is done to the file is found, where it was done", arguments: tamperings)
    func tampered(sql: String, entries: [Int64]) async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            try await store.record(Self.entries)
            try store.close()
            try await Self.tamper(folder.database) { db in try db.execute(sql: sql) }
            guard !entries.isEmpty else {
                #expect(throws: StoreError.self) { try SQLiteStore.verifyLedger(at: folder.database) }
                return
            }
            let found = try SQLiteStore.verifyLedger(at: folder.database)
            #expect(!found.ok)
            #expect(Set(found.faults.map(\.entry)) == Set(entries), "\(found.faults)")
        }
    }

    @Test("The ledger goes on behind an inserted entry, which stays a fault")
    func goesOn() async throws {
        try await StoreFolder.with { folder in
            var store = try SQLiteStore(path: folder.database)
            try await store.record(Self.entries)
            try store.close()
            try await Self.tamper(folder.database) { db in
                try db.execute(
                    sql: "INSERT INTO ledger (at, kind, actor, revision, idx) VALUES (0, 'peer.left', 'x', 0, 0)")
            }
            store = try SQLiteStore(path: folder.database)
            try await store.record(Self.entries)
            let found = try await store.verifyLedger()
            #expect(found.faults.map(\.entry) == [21])
            #expect(found.last == 41)
            try store.close()
        }
    }

    @Test("At most 100 faults are told")
    func many() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            try await store.record((0..<300).map { Samples.entry(at: $0) })
            try store.close()
            try await Self.tamper(folder.database) { db in try db.execute(sql: "UPDATE ledger SET actor = 'x'") }
            let found = try SQLiteStore.verifyLedger(at: folder.database)
            #expect(found.faults.map(\.entry) == Array(1...100))
            #expect(found.checked == 300)
        }
    }

    @Test("A check while entries arrive and old ones go finds nothing wrong")
    func concurrent() async throws {
        try await StoreFolder.withStore { store in
            try await store.record((0..<20_000).map { Samples.entry(at: $0, groups: ["a"]) })
            let writing = Task {
                for number in 0..<30 {
                    try await store.record(Self.entries)
                    if number % 10 == 5 {
                        _ = try await store.trimLedger(keepingRows: 15_000 - number * 10, since: nil)
                    }
                }
            }
            for _ in 0..<10 { #expect(try await store.verifyLedger().faults.isEmpty) }
            try await writing.value
            #expect(try await store.verifyLedger().faults.isEmpty)
        }
    }

    @Test("As JSON it is what the API says")
    func json() throws {
        let found = LedgerVerification(
            checked: 2, first: 3, last: 4, head: "ab", unchained: 1,
            faults: [.init(entry: 3, problem: "It is missing.")])
        #expect(
            try CanonicalJSON.text(found)
                == #"{"checked":2,"faults":[{"entry":3,"problem":"It is missing."}],"first":3,"head":"ab","last":4,"#
                + #""ok":false,"unchained":1}"#)
    }
}

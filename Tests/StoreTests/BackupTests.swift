import Foundation
import GRDB
import HashTreeCollections
import RoutingModel
import Testing

@testable import Store

@Suite("A backup is one moment of the database, and can be restored")
struct BackupTests {
    @Test("while writes go on, it is whole, private, and without a log beside it")
    func online() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            let writing = Task {
                var rules = RuleSet()
                for number in 1...400 {
                    try await store.commit([
                        try Samples.commit(
                            Samples.group("g\(number % 5)", port: number), to: &rules,
                            entries: [Samples.entry(.groupUpdated)])
                    ])
                }
            }
            var revisions: [Int] = []
            for number in 0..<5 {
                let path = folder.path + "/backup-\(number)"
                try await store.backup(to: path)
                #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
                #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
                let copy = try SQLiteStore(path: path)
                let state = try copy.load()
                #expect(state.rules.revision == (try await copy.newestEntry()).asInt)
                revisions.append(state.rules.revision)
                try copy.close()
            }
            try await writing.value
            #expect(revisions == revisions.sorted())
            await #expect(throws: StoreError.self) { try await store.backup(to: folder.path + "/backup-0") }
            try store.close()
        }
    }

    @Test("restored, the rules are those of the backup, the old database is kept, and indexes go on above both")
    func restored() async throws {
        try await StoreFolder.with { folder in
            let backup = folder.path + "/backup"
            var rules = RuleSet()
            let store = try SQLiteStore(path: folder.database)
            try await store.commit([try Samples.commit(Samples.group("g"), to: &rules)])
            try await store.backup(to: backup)
            try await store.commit([try Samples.commit(Samples.group("later"), to: &rules)])
            try await store.reserveIndexes(through: 5_000)
            try store.close()
            let report = try SQLiteStore.restore(from: backup, to: folder.database, now: .now())
            #expect(report.revision == 1)
            #expect(report.groups == 1)
            let aside = try #require(report.movedAside)
            #expect(FileManager.default.fileExists(atPath: aside))
            let again = try SQLiteStore(path: folder.database)
            let state = try again.load()
            #expect(state.rules.groups.keys.sorted() == ["g"])
            #expect(state.indexFloor > 5_000)
            try again.close()
        }
    }

    @Test("what is no whole database of Signalbox's is refused, and nothing is touched")
    func refused() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            var rules = RuleSet()
            try await store.commit([try Samples.commit(Samples.group("g"), to: &rules)])
            let good = folder.path + "/good"
            try await store.backup(to: good)
            try store.close()
            var damaged = try Data(contentsOf: URL(filePath: good))
            damaged.replaceSubrange(5_000..<9_000, with: Data(repeating: 0xA5, count: 4_000))
            let files: [(String, Data)] = [
                ("text", Data("hello".utf8)), ("empty", Data()), ("damaged", damaged),
                ("half", damaged.prefix(6_000)),
            ]
            for (name, bytes) in files {
                let path = folder.path + "/" + name
                try bytes.write(to: URL(filePath: path))
                #expect(throws: StoreError.self, "\(name)") {
                    _ = try SQLiteStore.restore(from: path, to: folder.database, now: .now())
                }
            }
            #expect(throws: StoreError.self) {
                _ = try SQLiteStore.restore(from: folder.path + "/none", to: folder.database, now: .now())
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data")
            #expect(left.filter { $0.contains("restor") }.isEmpty, "\(left)")
            let again = try SQLiteStore(path: folder.database)
            #expect(try again.load().rules == rules)
            try again.close()
        }
    }
}

extension Int64 {
    fileprivate var asInt: Int { Int(self) }
}

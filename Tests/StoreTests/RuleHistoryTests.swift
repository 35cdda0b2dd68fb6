import Foundation
import GRDB
import HashTreeCollections
import RoutingModel
import Testing

@testable import Store

@Suite("The rules of every revision can be told")
struct RuleHistoryTests {
    /// Random writes of a few groups and routes, and the rules after each of them.
    private func write(_ count: Int, to store: SQLiteStore) async throws -> [RuleSet] {
        var generator = SystemRandomNumberGenerator()
        var rules = RuleSet()
        var all = [rules]
        while all.count <= count {
            let name = "g\(Int.random(in: 0..<4, using: &generator))"
            let commands: [RuleCommand] = [
                Samples.group(name, port: .random(in: 1...60_000)), Samples.route("r\(name)", to: name),
                .deleteGroup(name), .deleteRoute("r\(name)"),
                .putOverride(PeerID("n/1~\(name)"), Data(#"{"weight":\#(all.count),"reason":"r"}"#.utf8)),
                .deleteOverride(PeerID("n/1~\(name)")),
            ]
            guard let command = commands.randomElement(using: &generator) else { continue }
            // What can't be, and what changes nothing, is no revision.
            guard let planned = try? rules.plan(command, at: Samples.time(0)), !planned.isEmpty else { continue }
            let commit = try Samples.commit(command, to: &rules, at: Samples.time(Int64(all.count) * 10))
            try await store.commit([commit])
            all.append(rules)
        }
        return all
    }

    private func documents(_ rules: RuleSet) -> [String: String] {
        var all: [String: String] = [:]
        for rule in rules.groups.values {
            all["g \(rule.name)"] = "\(rule.document) \(rule.revision) \(rule.updatedAt)"
        }
        for rule in rules.routes.values {
            all["r \(rule.name)"] = "\(rule.document) \(rule.revision) \(rule.updatedAt)"
        }
        for rule in rules.overrides.values {
            all["o \(rule.name)"] = "\(rule.document) \(rule.revision) \(rule.updatedAt)"
        }
        return all
    }

    @Test("they are those that were in force, with their revisions and times")
    func everyRevision() async throws {
        try await StoreFolder.withStore { store in
            let all = try await write(60, to: store)
            for (number, rules) in all.enumerated() {
                let found = try await store.rules(at: number)
                #expect(found.revision == number)
                #expect(documents(found) == documents(rules))
                #expect(try await store.revision(at: Samples.time(Int64(number) * 10)) == number)
                #expect(try await store.revision(at: Samples.time(Int64(number) * 10 + 9)) == number)
            }
            #expect(try store.load().rules == all.last)
            let problem = await #expect(throws: Problem.self) { _ = try await store.rules(at: all.count) }
            #expect(problem?.code == .notFound)
        }
    }

    @Test("revisions come newest first, by pages, with what they changed")
    func pages() async throws {
        try await StoreFolder.withStore { store in
            _ = try await write(25, to: store)
            var before: Int?
            var numbers: [Int] = []
            while true {
                let page = try await store.revisions(before: before, limit: 10, changesLimit: 5)
                numbers += page.records.map(\.record.number)
                #expect(page.records.allSatisfy { $0.changeCount == 1 && $0.record.changes.count == 1 })
                before = numbers.last
                if !page.hasMore { break }
            }
            #expect(numbers == Array((1...25).reversed()))
            let record = try #require(try await store.revision(7))
            #expect(record.at == Samples.time(70))
            #expect(record.changes.first.map { $0.before != nil || $0.after != nil } == true)
            #expect(try await store.revision(26) == nil)
        }
    }

    @Test("what was trimmed is gone, what is kept is right, and numbering goes on")
    func trimmed() async throws {
        try await StoreFolder.with { folder in
            var store = try SQLiteStore(path: folder.database)
            var rules = RuleSet()
            for number in 1...1_700 {
                try await store.commit([
                    try Samples.commit(
                        Samples.group("g\(number % 7)", port: number), to: &rules, at: Samples.time(Int64(number)))
                ])
            }
            #expect(try await store.trimRevisions(keeping: 1) == 700)
            #expect(try await store.trimRevisions(keeping: 1) == 0)
            let problem = await #expect(throws: Problem.self) { _ = try await store.rules(at: 699) }
            #expect(problem?.code == .gone)
            #expect(try await store.rules(at: 700).groups["g0"]?.value.peers.first?.port == 700)
            #expect(try await store.rules(at: 1_500).groups["g2"]?.value.peers.first?.port == 1_500)
            await #expect(throws: Problem.self) { _ = try await store.revision(at: Samples.time(600)) }
            #expect(try await store.revision(700) == nil)
            try store.close()
            store = try SQLiteStore(path: folder.database)
            #expect(try store.load().rules == rules)
            try await store.commit([try Samples.commit(Samples.group("g0", port: 9), to: &rules)])
            #expect(try store.load().rules.revision == 1_701)
            try store.close()
        }
    }
}

import Foundation
import RoutingModel
import TestKit
import Testing

@Suite struct DurabilityTests {
    @Test("kill -9 at any point of a write: every acknowledged write is there afterwards, none half")
    func kills() async throws {
        try await SignalboxProcess.with(proxy: false) { box in
            var acknowledged: [String: Int64] = [:]
            for round in 0..<6 {
                let written = try await write(box, round: round, from: acknowledged)
                acknowledged.merge(written.acknowledged) { _, new in new }
                try await box.start()

                let groups = try await all(box, "/v1/groups?limit=1000")
                for (name, value) in acknowledged {
                    let group = try #require(groups[name], "\(name) was acknowledged in or before round \(round)")
                    let now = number(group)
                    // A write in flight at the kill may have been committed without its answer getting out.
                    #expect(now == value || now == written.attempted[name], "\(name)")
                    acknowledged[name] = now
                }
                for (name, group) in groups where acknowledged[name] == nil {
                    #expect(number(group) == written.attempted[name], "\(name)")
                    acknowledged[name] = number(group)
                }
                // Each revision has its ledger entry, and there is no gap.
                var revisions: [Int64] = []
                var path: String? = "/v1/audit?kind=group.*&limit=1000"
                while let page = path {
                    let answer = try await box.api.get(page)
                    for item in answer.items {
                        if case .integer(let revision)? = item["revision"] { revisions.append(revision) }
                    }
                    if case .string(let next)? = answer.json["next"] {
                        path = "/v1/audit?kind=group.*&limit=1000&cursor=\(next)"
                    } else {
                        path = nil
                    }
                }
                #expect(revisions.sorted() == revisions.indices.map { Int64($0 + 1) })
            }
            #expect(acknowledged.count > 10)
        }
    }

    private struct Written: Sendable {
        /// The last value that was acknowledged, by group.
        var acknowledged: [String: Int64] = [:]
        /// The last value that was sent.
        var attempted: [String: Int64] = [:]
    }

    /// Four writers put groups until the process is killed under them.
    private func write(_ box: SignalboxProcess, round: Int, from: [String: Int64]) async throws -> Written {
        let state = Locked(Written())
        let api = box.api
        let goal = Int.random(in: 5...60)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    var value = Int64(round * 100_000)
                    while true {
                        value += 1
                        let sent = value
                        let name = "g\(writer)-\(sent % 8)"
                        state.withLock { $0.attempted[name] = sent }
                        let answer = try? await api.put(
                            "/v1/groups/\(name)",
                            [
                                "peers": [["address": "127.0.0.1", "port": .integer(sent % 60_000 + 1)]],
                                "description": .string("\(sent)"),
                            ])
                        guard let answer, answer.status == 200 || answer.status == 201 else { return }
                        state.withLock { $0.acknowledged[name] = sent }
                    }
                }
            }
            try await eventually("some writes are through") {
                state.withLock { $0.acknowledged.values.count { $0 > Int64(round * 100_000) } >= min(goal, 8) }
            }
            try await box.kill()
            try await group.waitForAll()
        }
        return state.withLock { $0 }
    }

    private func number(_ group: JSONValue) -> Int64? {
        guard case .string(let text)? = group["description"] else { return nil }
        return Int64(text)
    }

    private func all(_ box: SignalboxProcess, _ path: String) async throws -> [String: JSONValue] {
        var found: [String: JSONValue] = [:]
        for item in try await box.api.get(path).items {
            if case .string(let name)? = item["name"] { found[name] = item }
        }
        return found
    }
}

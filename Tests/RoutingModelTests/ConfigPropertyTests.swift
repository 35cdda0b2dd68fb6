import Foundation
import HashTreeCollections
import RoutingModel
import Testing

@Suite("Whole documents and rollback, over random histories")
struct ConfigPropertyTests {
    private func data(_ text: String) -> Data { Data(text.utf8) }

    @Test("what is exported can be put back, and changes nothing", arguments: [1, 2, 3] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        var random = RandomRules(seed: seed)
        for _ in 0..<60 {
            random.step()
            let rules = random.rules
            let document = data(try rules.exported)
            #expect(try rules.plan(.replaceConfig(ConfigDraft(document, mayDelete: false)), at: random.now).isEmpty)
            #expect(try rules.plan(.mergeConfig(ConfigDraft(document, mayDelete: true)), at: random.now).isEmpty)
        }
    }

    @Test("an empty rule set takes an export, and is the same then", arguments: [4, 5] as [UInt64])
    func restored(seed: UInt64) throws {
        var random = RandomRules(seed: seed)
        for _ in 0..<40 {
            random.step()
            // What is over can't be written, only left as it is.
            let rules = random.rules.withoutOverrides(overAt: random.now)
            let draft = try ConfigDraft(data(try rules.exported), mayDelete: false)
            var copy = RuleSet()
            let changes = try copy.plan(
                try RuleCommand.replaceConfig(draft).prepared(), by: "token:ada", at: random.now)
            copy.apply(changes, revision: 1)
            #expect(copy.documents.groups == rules.documents.groups)
            #expect(copy.documents.routes == rules.documents.routes)
            #expect(Set(copy.overrides.keys) == Set(rules.overrides.keys))
            #expect(copy.overrides.values.allSatisfy { $0.value.owner == "token:ada" })
        }
    }

    @Test("rollback to any earlier revision gives its documents, in one revision", arguments: [6, 7, 8] as [UInt64])
    func rollback(seed: UInt64) throws {
        var random = RandomRules(seed: seed)
        for _ in 0..<60 { random.step() }
        for target in random.history {
            var rules = random.rules
            let revision = rules.revision
            let changes = try rules.plan(.rollback(to: target.revision, target), by: "token:eve", at: random.now)
            #expect(Set(changes.map { "\($0.what) \($0.name)" }).count == changes.count)
            #expect(changes.allSatisfy { $0.before != $0.after })
            rules.apply(changes, revision: revision + 1)
            let wanted = target.withoutOverrides(overAt: random.now)
            #expect(rules.documents == wanted.documents)
            for change in changes where change.action != .deleted {
                switch change {
                case .group(let name, _, _): #expect(rules.groups[name]?.revision == revision + 1)
                case .route(let name, _, _): #expect(rules.routes[name]?.revision == revision + 1)
                case .override(let name, _, _): #expect(rules.overrides[name]?.revision == revision + 1)
                }
            }
            // Who uses which group is as if the rules had been loaded.
            let loaded = RuleSet(
                groups: rules.groups, routes: rules.routes, overrides: rules.overrides, revision: rules.revision)
            #expect(rules == loaded)
            #expect(try rules.plan(.rollback(to: target.revision, target), at: random.now).isEmpty)
        }
    }

    @Test("every route of every revision names groups that are there", arguments: [9, 10] as [UInt64])
    func consistent(seed: UInt64) throws {
        var random = RandomRules(seed: seed)
        for _ in 0..<150 {
            random.step()
            let rules = random.rules
            for route in rules.routes.values {
                #expect(route.value.groups.allSatisfy { rules.groups[$0] != nil })
            }
        }
    }
}

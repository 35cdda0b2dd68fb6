import RoutingEngine
import RoutingModel
import Testing

@Suite struct ConformanceTests {
    @Test("there are at least 150 cases, and no two have the same name")
    func enough() throws {
        let names = try ConformanceFile.all().flatMap { file in file.content.cases.map { "\(file.file): \($0.name)" } }
        #expect(names.count >= 150)
        #expect(Set(names).count == names.count)
    }

    @Test("every case is decided as expected, through the encoded snapshot that workers get")
    func decisions() throws {
        for (file, content) in try ConformanceFile.all() {
            for example in content.cases {
                let label = "\(file): \(example.name)"
                do {
                    let wire = try CanonicalJSON.text(try example.snapshot())
                    let table = try RouteTable(try CanonicalJSON.decode(Snapshot.self, from: wire))
                    for check in example.checks {
                        Self.verify(table, check, label)
                    }
                } catch {
                    Issue.record("\(label): \(error)")
                }
            }
        }
    }

    @Test("every case is decided as expected by one table that turns from each case's snapshot into the next one's")
    func changes() throws {
        var compiler = TableCompiler()
        let table = RouteTable()
        for (file, content) in try ConformanceFile.all() {
            for example in content.cases {
                table.apply(try compiler.compile(SnapshotUpdate(try example.snapshot())).prepared())
                for check in example.checks {
                    Self.verify(table, check, "\(file): \(example.name)")
                }
            }
        }
    }

    @Test("explain tells the same as what is decided")
    func explanations() throws {
        for (file, content) in try ConformanceFile.all() {
            for example in content.cases {
                let label = "\(file): \(example.name)"
                let rules = try example.rules()
                let resolution = Resolution(rules: rules, catalog: Catalog())
                let snapshot = resolution.snapshot(index: 1, revision: 1)
                for check in example.checks {
                    let told = try snapshot.explain((check.request ?? .default).facts, groups: resolution.groups)
                    let expected = check.expect
                    #expect(told.status == expected.status ?? 200, "\(label)")
                    #expect(told.route == expected.route, "\(label)")
                    #expect(told.bucket == expected.bucket || expected.bucket == nil, "\(label)")
                    #expect(told.forced == expected.forced ?? false || expected.status != nil, "\(label)")
                    if let group = expected.group { #expect(told.group == group, "\(label)") }
                    if let groups = expected.groups {
                        #expect(Set(told.deal.compactMap(\.group)) == Set(groups), "\(label)")
                    }
                    #expect(
                        told.tried.filter { $0.result == .match }.map(\.route) == [told.route].compactMap { $0 },
                        "\(label)")
                }
            }
        }
    }

    private static func verify(_ table: RouteTable, _ check: ConformanceCase.Check, _ label: String) {
        let facts = (check.request ?? .default).facts
        let expected = check.expect
        guard facts.fault == nil else {
            #expect(expected.status == 400, "\(label): refused, because \(facts.fault?.words ?? "-")")
            return
        }
        let decision = table.decide(facts)
        switch decision.outcome {
        case .noRoute:
            #expect(expected.status == 404, "\(label): no route matches")
        case .noPeer:
            #expect(expected.status == 503, "\(label): no peer")
            #expect(expected.route == nil || expected.route == decision.route?.name, "\(label)")
        case .forward:
            let group = decision.group?.name ?? "-"
            #expect(expected.status == nil, "\(label): went to \(group)")
            #expect(decision.route?.name == expected.route, "\(label)")
            if let expected = expected.group { #expect(group == expected, "\(label)") }
            if let groups = expected.groups { #expect(groups.contains(group), "\(label)") }
            if let bucket = expected.bucket { #expect(decision.bucket == bucket, "\(label)") }
            if let forced = expected.forced { #expect(decision.isForced == forced, "\(label)") }
        }
    }
}

extension ConformanceCase.Request {
    static let `default` = Self(method: nil, host: nil, path: nil, headers: nil, source_ip: nil)
}

import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@Suite struct TableSwapTests {
    @Test("a group whose peers stayed goes on with the turn it had")
    func adoption() throws {
        let snapshot = Make.snapshot(groups: ["g": Make.group(3)], routes: [Make.route(split: [("g", 10_000)])])
        func pick(_ table: RouteTable) -> Int? {
            guard case .forward(let selection) = table.decide(RequestFacts(authority: "h")) else { return nil }
            return selection.group.next()?.port
        }
        var table = try RouteTable(snapshot)
        var picks: [Int?] = []
        for _ in 0..<9 {
            picks.append(pick(table))
            let next = try RouteTable(snapshot)
            next.adopt(table)
            table = next
        }
        for port in 9_000...9_002 { #expect(picks.count { $0 == port } == 3) }
    }

    @Test("a snapshot that names a group it doesn't have is refused with the names")
    func contradiction() {
        let error = #expect(throws: CompileError.self) {
            try RouteTable(Make.snapshot(groups: [:], routes: [Make.route("r", split: [("nowhere", 10_000)])]))
        }
        #expect(error?.reason.contains("'nowhere'") == true)
    }

    @Test("a snapshot with a regular expression that doesn't compile is refused")
    func badRegex() {
        #expect(throws: CompileError.self) {
            try RouteTable(
                Make.snapshot(
                    groups: ["g": Make.group(1)],
                    routes: [Make.route(match: RouteMatch(path: .regex("(")), split: [("g", 10_000)])]))
        }
    }
}

import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@Suite struct TableSwapTests {
    private func pick(_ table: RouteTable) -> Int? {
        let request = RequestFacts(authority: "h")
        return request.withView { table.decide($0).group?.pick(for: $0, at: 0)?.address.port }
    }

    @Test("A group goes on with the turn it had while others change, and its own route too", arguments: [0, 256])
    func keepsTurns(routeLimit: Int) throws {
        var compiler = TableCompiler(routeLimit: routeLimit)
        let table = RouteTable()
        var picks: [Int?] = []
        for number in 0..<9 {
            let snapshot = Make.snapshot(
                groups: ["g": Make.group(3), "h": Make.group(number % 3)],
                routes: [Make.route(split: [("g", 10_000 - number), ("h", number)], onEmpty: .fail, priority: number)])
            table.apply(try compiler.compile(SnapshotUpdate(snapshot)).prepared())
            let request = RequestFacts(authority: "h")
            request.withView { view in
                picks.append(table.decide(view, randomBucket: { 0 }).group?.pick(for: view, at: 0)?.address.port)
            }
        }
        for port in 9_000...9_002 { #expect(picks.count { $0 == port } == 3) }
    }

    @Test("When peers come and go, it is the turn of whoever was next, or of the one after")
    func goesOn() throws {
        var compiler = TableCompiler()
        let table = RouteTable()
        func peers(_ ports: [Int]) throws {
            let group = SnapshotGroup(
                policy: .roundRobin, peers: ports.flatMap { Make.group($0 - 8_999).peers.suffix(1) })
            let snapshot = Make.snapshot(groups: ["g": group], routes: [Make.route(split: [("g", 10_000)])])
            table.apply(try compiler.compile(SnapshotUpdate(snapshot)).prepared())
        }
        try peers([9_000, 9_001, 9_002, 9_003])
        while pick(table) != 9_001 {}
        try peers([9_000, 9_001, 9_003])
        #expect(pick(table) == 9_003)
        try peers([9_000, 9_001, 9_002, 9_003])
        #expect(pick(table) == 9_000)
        try peers([9_000])
        #expect(pick(table) == 9_000)
        try peers([])
        #expect(pick(table) == nil)
        try peers([9_002, 9_003])
        #expect(Set([pick(table), pick(table)]) == [9_002, 9_003])
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

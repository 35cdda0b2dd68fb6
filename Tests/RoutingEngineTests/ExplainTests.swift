import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@Suite struct ExplainTests {
    private func fixture() throws -> PlanFixture {
        var fixture = try PlanFixture.star()
        fixture.know([
            PlanFixture.instance("c1", ["v2"], port: 1),
            PlanFixture.instance("s1", ["v1"], port: 2, weights: .init(passing: 2, warning: 1)),
            PlanFixture.instance("s2", ["v1"], port: 3), PlanFixture.instance("s3", ["v1"], port: 4, health: .critical),
        ])
        return fixture
    }

    @Test("each peer has its share of its group's requests by weight; who gets none has none")
    func shares() throws {
        let fixture = try fixture()
        let told = try Resolution(rules: fixture.rules, catalog: fixture.catalog)
            .explain(RequestFacts(authority: "star.test"), revision: 3)
        #expect(told.peers.map(\.peer.id.description) == ["n1~c1", "n1~s1", "n1~s2", "n1~s3"])
        #expect(
            try told.peers.map(\.share) == [100, 66.67, 33.33, nil].map { try $0.map { try #require(Percent($0)) } })
        let last = try CanonicalJSON.tree(try #require(told.peers.last))
        #expect(last["share"] == .null)
        #expect(last["state"] == "unhealthy")
    }

    @Test("past rules with past peers are explained like those in force")
    func past() throws {
        var fixture = try fixture()
        let past = Resolution(rules: fixture.rules, catalog: fixture.catalog)
        try fixture.apply(.putOverride(PeerID("n1~s1"), PlanFixture.data(#"{"state":"drain","reason":"r"}"#)))
        fixture.know([])
        let request = RequestFacts(authority: "star.test", headers: [("x-user", "ada")])
        let now = try Resolution(rules: fixture.rules, catalog: fixture.catalog).explain(request, revision: 4)
        #expect((now.status, now.revision, now.peers.count) == (503, 4, 0))
        let then = try past.explain(request, revision: 3)
        #expect((then.status, then.revision, then.index) == (200, 3, 0))
        #expect(then.peers.compactMap(\.share).reduce(0) { $0 + $1.basisPoints } == 10_000)
    }

    @Test("a rule that isn't taken says which of its conditions fails first, and what the request has")
    func reasons() throws {
        var fixture = try fixture()
        let hosts = (0..<20).map { "\"h\($0).test\"" }.joined(separator: ",")
        for (name, match) in [
            ("a-hosts", #"{"hosts":[\#(hosts)]}"#), ("b-path", #"{"path":{"exact":"/y"}}"#),
            ("c-prefix", #"{"path":{"prefix":"/y/z"}}"#), ("d-regex", #"{"path":{"regex":"/[a-c]"}}"#),
            ("e-method", #"{"methods":["PUT","POST","PATCH"]}"#),
            ("f-header", #"{"headers":[{"name":"x-env","exact":"prod"}]}"#),
            ("g-query", #"{"query":[{"name":"q","regex":"[0-9]+"}]}"#),
        ] {
            try fixture.apply(
                .putRoute(name, PlanFixture.data(PlanFixture.route(match, [("stable", 100)]))))
        }
        let told = try Resolution(rules: fixture.rules, catalog: fixture.catalog).explain(
            RequestFacts(authority: "moon.test", target: "/x", headers: [("X-Env", "test")]), revision: 9)
        let reasons = Dictionary(uniqueKeysWithValues: told.tried.map { ($0.route, $0.reason) })
        #expect(
            reasons == [
                "a-hosts": "host 'moon.test' is not h0.test, h1.test, h2.test, h3.test, h4.test, h5.test, h6.test, "
                    + "h7.test, h8.test, h9.test or one of 10 more",
                "b-path": "path '/x' is not exactly /y", "c-prefix": "path '/x' is not below /y/z",
                "d-regex": "path '/x' does not match /[a-c]", "e-method": "method GET is not PUT, POST or PATCH",
                "f-header": "header x-env is 'prod' does not hold: the request has 'test'",
                "g-query": "query parameter q matches '[0-9]+' does not hold: the request does not have it",
                "star": "host 'moon.test' is not star.test",
            ])
    }

    @Test("a path is explained in the form in which the proxy matches it")
    func normalPath() throws {
        var fixture = try fixture()
        try fixture.apply(
            .putRoute("admin", PlanFixture.data(PlanFixture.route(#"{"path":{"prefix":"/admin"}}"#, [("stable", 100)])))
        )
        let told = try Resolution(rules: fixture.rules, catalog: fixture.catalog)
            .explain(RequestFacts(authority: "moon.test", target: "/public/%2e%2e/admin/./x?y=/../z"), revision: 3)
        #expect((told.route, told.status) == ("admin", 200))
        #expect((told.request.path, told.request.query) == ("/admin/x", "y=/../z"))
    }

    @Test(
        "a request that the proxy refuses for its path or query is said to be, whatever the rules are",
        arguments: [
            ("/a/../..", "leads above the root"), ("/%2e%2E/x", "leads above the root"), ("/%", "an escape"),
            ("/%0", "an escape"), ("/%00", "an escape"), ("/%g1", "an escape"), ("/é", "a character"),
            ("/?q=é", "a character"), ("/a b", "a character"), ("/a#b", "a character"),
        ])
    func refused(_ target: String, _ why: String) throws {
        let fixture = try fixture()
        let told = try Resolution(rules: fixture.rules, catalog: fixture.catalog)
            .explain(RequestFacts(authority: "star.test", target: target), revision: 3)
        #expect(told.status == 400)
        #expect((told.route, told.group, told.tried.count, told.omitted) == (nil, nil, 0, 1))
        #expect(told.groupReason.contains("400") && told.groupReason.contains(why), "\(told.groupReason)")
    }
}

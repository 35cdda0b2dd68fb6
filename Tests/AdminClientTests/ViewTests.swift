import RoutingModel
import Testing

@testable import AdminClient

@Suite struct ViewTests {
    private func text(width: Int? = nil, colours: Bool = false, _ write: (inout Page) -> Void) throws -> String {
        let now = try #require(Timestamp(rfc3339: "2026-01-31T12:00:00Z"))
        var page = Page(palette: Palette(isEnabled: colours), width: width, now: now)
        write(&page)
        return page.text
    }

    private let plan: JSONValue = [
        "dry_run": true, "base_revision": 12,
        "changes": [
            [
                "kind": "group", "name": "star-canary", "action": "created",
                "after": ["consul": ["service": "star", "tags": ["v2"]]],
            ],
            ["kind": "route", "name": "old", "action": "deleted", "before": ["split": []]],
            [
                "kind": "route", "name": "star", "action": "updated",
                "before": ["split": [["group": "star-canary", "weight": 5], ["group": "star-stable", "weight": 95]]],
                "after": ["split": [["group": "star-canary", "weight": 20], ["group": "star-stable", "weight": 80]]],
            ],
        ],
        "effect": [
            "routes": [
                [
                    "name": "star", "action": "updated", "moved": 15,
                    "shares": [
                        [
                            "group": "star-canary", "before": 5, "after": 20, "effective_before": 0,
                            "effective_after": 20,
                        ],
                        [
                            "group": "star-stable", "before": 95, "after": 80, "effective_before": 95,
                            "effective_after": 80,
                        ],
                    ],
                ]
            ],
            "groups": [
                [
                    "name": "star-canary", "action": "created", "peers_before": 0, "peers_after": 2,
                    "usable_before": 0, "usable_after": 1, "gained": ["node-1~star-1", "node-2~star-2"], "lost": [],
                ],
                [
                    "name": "same", "action": "unchanged", "peers_before": 2, "peers_after": 2, "usable_before": 2,
                    "usable_after": 2, "gained": [], "lost": [],
                ],
            ],
            "emptied": ["legacy"], "workers": [["id": "edge-1", "reason": "speaks an older protocol"]],
        ],
        "warnings": [["code": "shadowed", "pointer": "/routes/star", "message": "route 'all' goes first"]],
    ]

    @Test("a plan shows what changes, who moves, who is left without peers, and what to think of")
    func plans() throws {
        #expect(
            try text { $0.plan(plan) } == """
                + group star-canary created
                    service star, tags v2
                - route old deleted
                ~ route star updated
                    split.star-canary.weight 5 → 20
                    split.star-stable.weight 95 → 80
                  route star 15 % of its requests move
                    GROUP        SHARE        EFFECTIVE
                    star-canary  5 % → 20 %   0 % → 20 %
                    star-stable  95 % → 80 %  -
                  group star-canary 0 → 2 peers, 0 → 1 usable
                    + node-1~star-1, node-2~star-2
                ! group legacy would have no usable peer
                ! worker edge-1: speaks an older protocol
                ! shadowed /routes/star route 'all' goes first
                1 created, 1 updated, 1 deleted on top of revision 12.

                """)
    }

    @Test("what a plan takes away is red, and counts as destructive")
    func destructive() throws {
        let coloured = try text(colours: true) { $0.plan(plan) }
        #expect(coloured.contains("\u{1B}[31m! group legacy would have no usable peer\u{1B}[0m"))
        #expect(Page.isDestructive(plan))
        #expect(!Page.isDestructive(["changes": [["action": "updated"]], "effect": ["emptied": []]]))
        #expect(Page.isDestructive(["changes": [], "effect": ["emptied": ["a"]]]))
        #expect(try text { $0.plan(["changes": []]) } == "Nothing would change.\n")
    }

    @Test("an explanation tells the rules in their order, the bucket, the deal and the peers")
    func explanation() throws {
        let answer: JSONValue = [
            "index": 43, "revision": 3,
            "request": [
                "method": "GET", "host": "star.test", "path": "/api", "query": "lang=en", "source_ip": "203.0.113.7",
            ],
            "tried": [
                ["route": "api", "result": "no_match", "reason": "path /api is not /v2"],
                ["route": "star", "result": "match", "reason": "host star.test"],
                ["route": "fallback", "result": "not_tried", "reason": "route 'star' goes first"],
            ],
            "omitted": 0, "status": 200, "route": "star", "forced": false, "sticky_key": "alice", "salt": "star",
            "bucket": 9326,
            "deal": [
                ["group": "star-canary", "from": 0, "to": 500], ["group": "star-stable", "from": 500, "to": 10000],
            ],
            "group": "star-stable", "group_reason": "Bucket 9326 belongs to 'star-stable'.",
            "peers": [
                [
                    "id": "node-1~star-1", "group": "star-stable", "address": "::1", "port": 3000, "health": "passing",
                    "weight": 1, "state": "active", "usable": true, "reason": "Consul: passing.", "share": 100,
                ]
            ],
        ]
        #expect(
            try text { $0.explanation(answer) } == """
                GET star.test/api?lang=en from 203.0.113.7, snapshot 43, revision 3

                Rules, in the order in which they are tried:
                  ✗ api path /api is not /v2
                  ✓ star host star.test
                  · fallback route 'star' goes first

                Route   star
                Bucket  9326 of key 'alice', salt 'star'
                Deal    star-canary 5 % (0–499), star-stable 95 % (500–9999)
                Group   star-stable
                Why     Bucket 9326 belongs to 'star-stable'.
                Answer  goes to a peer

                PEER           GROUP        ADDRESS     HEALTH   WEIGHT  SHARE  STATE   REASON
                node-1~star-1  star-stable  [::1]:3000  passing       1  100 %  active  Consul: passing.

                """)
    }

    @Test("a ledger entry is one line: when, what, on whom, from what to what, why, who")
    func audit() throws {
        let entry: JSONValue = [
            "id": 7, "at": "2026-01-31T12:11:30.250Z", "kind": "peer.health", "actor": "consul", "service": "star",
            "peer": "node-3~star-4", "groups": ["star-stable"], "before": ["health": "passing"],
            "after": ["health": "critical"], "revision": 5, "index": 48,
        ]
        #expect(
            try text { $0.auditLine(entry) }
                == "2026-01-31 12:11:30 peer.health node-3~star-4 in star-stable health passing → critical (consul)\n")
        #expect(try text { $0.audit([entry]) }.split(separator: "\n").count == 2)
        #expect(try text { $0.auditEntry(entry) }.hasSuffix("  health passing → critical\n"))
        #expect(try text { $0.audit([]) } == "The ledger has no such entries.\n")
    }

    @Test("a broken ledger says where")
    func verification() throws {
        let good: JSONValue = [
            "ok": true, "checked": 3, "first": 1, "last": 3, "head": "ab", "unchained": 0, "faults": [],
        ]
        #expect(try text { $0.verification(good) } == "The ledger is whole: 3 entries checked, 1 to 3.\nHead  ab\n")
        let bad: JSONValue = [
            "ok": false, "checked": 3, "first": 1, "last": 3, "faults": [["entry": 2, "problem": "its hash is wrong"]],
        ]
        #expect(try text { $0.verification(bad) }.contains("entry 2: its hash is wrong"))
    }

    @Test("lists of everything fit the terminal and survive answers without any of their fields")
    func lists() throws {
        let views: [(inout Page, [JSONValue]) -> Void] = [
            { $0.routes($1) }, { $0.groups($1) }, { $0.peers($1) }, { $0.services($1) }, { $0.workers($1) },
            { $0.overrides($1) }, { $0.tokens($1) }, { $0.audit($1) }, { $0.revisions($1) }, { $0.changes($1) },
        ]
        for view in views {
            _ = try text { view(&$0, []) }
            _ = try text { view(&$0, [[:], nil, 5, ["name": 7, "watch": [], "split": "x"]]) }
        }
        for odd: JSONValue in [[:], nil, [], ["changes": 5, "effect": ["routes": [5]], "tried": ["x"]]] {
            _ = try text { $0.plan(odd) }
            _ = try text { $0.explanation(odd) }
            _ = try text { $0.service(odd) }
            _ = try text { $0.applied(odd) }
            _ = try text { $0.auditEntry(odd) }
            _ = try text { $0.revision(odd) }
        }
    }

    @Test("who has not applied a change is named")
    func applied() throws {
        let report: JSONValue = [
            "revision": 5, "index": 9, "applied": ["edge-1"], "lagging": ["edge-2"],
            "nacked": [["worker": "edge-3", "error": "no memory"]],
        ]
        #expect(
            try text { $0.applied(report) }
                == "Applied by edge-1 since snapshot 9.\nNot yet applied by edge-2.\nRefused by edge-3: no memory\n")
        #expect(!Page.isApplied(report))
        #expect(Page.appliedReport(report) == report)
        #expect(Page.appliedReport(["name": "star", "revision": 5]) == .none)
    }

    @Test("routes are told in words")
    func routes() throws {
        let route: JSONValue = [
            "name": "star",
            "match": [
                "hosts": ["star.test"], "path": ["prefix": "/api"], "methods": ["GET"],
                "headers": [["name": "x-env", "exact": "prod"]], "query": [["name": "v", "regex": "2.*"]],
            ],
            "split": [["group": "a", "weight": .number(33.3)], ["group": "b", "weight": .number(66.7)]],
            "sticky": ["cookie": "u"],
            "revision": 3, "updated_at": "2026-01-31T11:59:00.000Z",
        ]
        #expect(
            try text { $0.routes([route]) }.split(separator: "\n").last
                == "star   star.test /api/* GET x-env=prod ?v~2.*  a 33.3, b 66.7  cookie u         3  60 s ago")
    }

    @Test("settings have a column when there are any")
    func settings() throws {
        let routes: [JSONValue] = [
            [
                "name": "star", "split": [["group": "a", "weight": 100]], "retry": ["attempts": 2],
                "timeouts": .null, "mirror": ["group": "next", "percent": 10],
            ],
            ["name": "moon", "split": [["group": "a", "weight": 100]]],
        ]
        let lines = try text { $0.routes(routes) }.split(separator: "\n")
        #expect(lines.first?.contains("WITH") == true)
        #expect(lines[1].contains("retry, mirror next 10"))
        #expect(try !text { $0.routes([routes[1]]) }.contains("WITH"))

        let group: JSONValue = [
            "name": "g", "consul": ["service": "s", "backup_tags": ["spare"]],
            "balance": ["policy": "consistent_hash", "hash_on": ["header": "x-user"]], "max_connections": 5,
            "tls": [:],
        ]
        let table = try text { $0.groups([group]) }
        for words in ["all instances, backup spare", "consistent_hash header x-user", "max_connections, tls"] {
            #expect(table.contains(words))
        }
        let peer: JSONValue = ["id": "n~a", "state": "active", "usable": true, "backup": true]
        #expect(try text { $0.peers([peer]) }.contains("active, backup"))
    }
}

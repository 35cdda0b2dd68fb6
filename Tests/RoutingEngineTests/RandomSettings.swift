import RoutingModel

/// Settings of groups and routes at random, each member there or not.
struct RandomSettings {
    var generator: SplitMix

    /// What a writer of JSON must escape, and what it must not.
    private static let odd = "a\"b\\c/d\u{8}\u{9}\u{A}\u{C}\u{D}\u{1}\u{1F}\u{7F}ü\u{2028}😀"

    init(seed: UInt64) { generator = SplitMix(state: seed) }

    private mutating func maybe<Value>(_ value: (inout RandomSettings) -> Value) -> Value? {
        Bool.random(using: &generator) ? value(&self) : nil
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    private mutating func flag() -> Bool { Bool.random(using: &generator) }
    private mutating func percent() -> Percent { Percent(clamping: number(0...10_000)) }

    private mutating func duration() -> RuleDuration {
        let units: [Int64] = [1, 1_000, 60_000, 3_600_000]
        return RuleDuration(milliseconds: Int64(number(1...99)) * units[number(0...3)])
    }

    private mutating func text() -> String {
        [Self.odd, "", "a", "A-B", "/x?y=z", "10.0.0.1:80"][number(0...5)]
    }

    mutating func changes() -> HeaderChanges {
        func fields(_ random: inout RandomSettings) -> [String: String] {
            let names = ["x-a", "X-B", "x-b", "Via", "x_a", "x.a", "X10", "X9", "~"]
            var fields: [String: String] = [:]
            for name in names where random.number(0...3) == 0 { fields[name] = random.text() }
            return fields
        }
        return HeaderChanges(set: fields(&self), add: fields(&self), remove: flag() ? [] : ["b", text(), "A"])
    }

    mutating func stickiness() -> Stickiness {
        let keys: [Stickiness.Key] = [.header("x-user"), .cookie("c"), .query("q"), .sourceIP]
        return Stickiness(keys[number(0...3)], salt: maybe { $0.text() })
    }

    mutating func groupSettings() -> GroupSettings {
        GroupSettings(
            slowStart: maybe { $0.duration() }, maxConnections: maybe { $0.number(1...1_000_000) },
            tls: maybe { random in
                UpstreamTLS(
                    serverName: random.maybe { $0.text() }, authorities: random.maybe { $0.text() },
                    verify: random.flag())
            }, health: maybe { $0.health() })
    }

    private mutating func health() -> HealthPolicy {
        HealthPolicy(
            passive: maybe { random in
                PassiveHealth(
                    consecutiveFailures: random.number(1...9), consecutive5xx: random.number(0...20),
                    ejectionTime: random.duration(), maxEjectionTime: random.duration(),
                    maxEjected: random.percent())
            },
            active: maybe { random in
                ActiveHealth(
                    http: random.maybe { random in
                        .init(
                            path: random.text(), host: random.maybe { $0.text() },
                            statuses: random.flag() ? ["200"] : ["200-299", random.text()])
                    }, interval: random.duration(), timeout: random.duration(),
                    healthyAfter: random.number(1...10), unhealthyAfter: random.number(1...10))
            })
    }

    mutating func routeSettings() -> RouteSettings {
        RouteSettings(
            retry: maybe { random in
                RetryPolicy(
                    attempts: random.number(0...10), perTryTimeout: random.maybe { $0.duration() },
                    on: RetryPolicy.Cause.allCases.filter { _ in random.flag() }, nonIdempotent: random.flag(),
                    across: random.flag(), budget: random.percent(), minPerSecond: random.number(0...100))
            },
            timeouts: maybe { random in
                RouteTimeouts(
                    connect: random.maybe { $0.duration() }, response: random.maybe { $0.duration() },
                    idle: random.maybe { $0.duration() }, total: random.maybe { $0.duration() })
            },
            rewrite: maybe { random in
                Rewrite(pathPrefix: random.maybe { $0.text() }, host: random.maybe { $0.text() })
            }, requestHeaders: maybe { $0.changes() }, responseHeaders: maybe { $0.changes() },
            mirror: maybe { Mirror(group: "g", percent: $0.percent()) })
    }

    mutating func group() -> SnapshotGroup {
        let peers = (0..<number(0...3)).map {
            SnapshotPeer(
                id: PeerID("n~\($0)"), address: "10.0.0.\($0)", port: number(1...65_535), weight: number(1...9),
                isBackup: flag())
        }
        let policies = Balance.Policy.allCases
        return SnapshotGroup(
            policy: policies[number(0...policies.count - 1)], peers: peers, hashOn: maybe { $0.stickiness() },
            settings: groupSettings())
    }

    mutating func route() -> SnapshotRoute {
        SnapshotRoute(
            name: "r", match: RouteMatch(), priority: 0, force: [],
            split: [
                SnapshotSplit(
                    group: "g", buckets: 1, requestHeaders: maybe { $0.changes() },
                    responseHeaders: maybe { $0.changes() }),
                SnapshotSplit(group: "h", buckets: 9_999),
            ], sticky: maybe { $0.stickiness() }, onEmpty: .fail, settings: routeSettings())
    }
}

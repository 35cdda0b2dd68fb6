package import RoutingModel

extension Page {
    /// A route's shares and traffic by group, and its traffic by peer.
    /// - Parameter total: numbers since the workers' start, rather than of the window.
    package mutating func stats(_ stats: JSONValue, total: Bool) {
        let reports = stats["reports"]
        let (workers, missing) = (reports?["workers"]?.int ?? 0, reports?["missing"]?.int ?? 0)
        let span = total ? "since the workers' start" : "last \(Self.seconds(stats["window_seconds"]?.double))"
        line(
            Cell(stats["route"]?.text, .strong), Cell("\(span), \(workers == 1 ? "1 worker" : "\(workers) workers")"),
            missing > 0 ? Cell("\(missing) not heard of", .warning) : Cell("all heard of", .faint))
        var table = Table(
            [
                .init("GROUP", isFlexible: true), .init("WEIGHT", .right), .init("DEALT", .right),
                .init("OBSERVED", .right),
            ] + Self.columns)
        var peers = Table([.init("PEER", isFlexible: true), .init("GROUP", isFlexible: true)] + Self.columns)
        let numbers = total ? "total" : "window"
        for group in stats["groups"]?.items ?? [] {
            let name = group["group"]?.text ?? "(none)"
            table.add(
                [
                    Cell(name, .strong), Self.share(group["requested_share"]),
                    Self.share(group["effective_share"], unlike: group["requested_share"]),
                    Self.share(group[total ? "observed_share_total" : "observed_share"]),
                ] + Self.counts(group[numbers]))
            for peer in group["peers"]?.items ?? [] {
                peers.add([Cell(peer["peer"]?.text ?? "(none)"), Cell(name)] + Self.counts(peer[numbers]))
            }
        }
        list(table, "The route has no groups.")
        if !peers.isEmpty {
            blank()
            add(peers)
        }
        notes(stats["groups"]?.items?.compactMap { $0[numbers] } ?? [])
    }

    /// What most routes have none of.
    private mutating func notes(_ counts: [JSONValue]) {
        func sum(_ name: String) -> Int { counts.reduce(0) { $0 + ($1[name]?.int ?? 0) } }
        let facts: [(String, Cell?)] = [
            ("Failed", Cell(Self.reasons(counts))), ("Retried", Cell(sum("retries") == 0 ? nil : sum("retries"))),
            ("Forced", Cell(sum("forced") == 0 ? nil : sum("forced"))),
        ]
        guard facts.contains(where: { $0.1?.text != "-" }) else { return }
        blank()
        self.facts(facts.map { (name: $0.0, value: $0.1) })
    }

    private static let columns: [Table.Column] = [
        .init("REQUESTS", .right), .init("RATE", .right), .init("5XX", .right), .init("FAILED", .right),
        .init("P50", .right), .init("P99", .right),
    ]

    private static func counts(_ counts: JSONValue?) -> [Cell] {
        let errors = counts?["statuses"]?["5xx"]?.int ?? 0
        let failed = (counts?["failures"]?.members ?? [:]).values.reduce(0) { $0 + ($1.int ?? 0) }
        func some(_ number: Int?, _ tone: Palette.Tone = .plain) -> Cell {
            Cell(number.flatMap { $0 == 0 ? nil : $0 }, tone)
        }
        let latency = counts?["latency_ms"]
        return [
            Cell(counts?["requests"]?.int), Cell(counts?["per_second"]?.double.map { "\(rounded($0, 10))/s" }),
            some(errors, .bad), some(failed, .bad), milliseconds(latency?["p50"]),
            milliseconds(latency?["p99"]),
        ]
    }

    private static func milliseconds(_ number: JSONValue?) -> Cell {
        Cell(number?.double.map { rounded($0, $0 < 10 ? 100 : 10) })
    }

    private static func share(_ share: JSONValue?, unlike other: JSONValue? = nil) -> Cell {
        guard let share = share?.double else { return Cell("") }
        let isOther = other?.double.map { $0 != share } ?? false
        return Cell("\(rounded(share, 100))%", isOther ? .warning : .plain)
    }

    /// `connect 3, reset 1`: those of all groups together, the most frequent first.
    private static func reasons(_ counts: [JSONValue]) -> String {
        var sums: [String: Int] = [:]
        for group in counts {
            for (reason, number) in group["failures"]?.members ?? [:] { sums[reason, default: 0] += number.int ?? 0 }
        }
        return sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
            .joined(separator: ", ")
    }

    private static func seconds(_ seconds: Double?) -> String { "\(Int((seconds ?? 0).rounded())) s" }

    /// `5`, `5.03`: to a fraction of one, without a needless `.0`.
    private static func rounded(_ number: Double, _ fraction: Double) -> String {
        let value = (number * fraction).rounded() / fraction
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}

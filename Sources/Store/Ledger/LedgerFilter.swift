internal import GRDB
internal import RoutingModel

/// The filters of a query: as conditions that a row must meet, and as lists of ids that an index has in their order.
struct LedgerFilter {
    /// A value to bind.
    enum Value {
        case text(String)
        case number(Int64)
    }

    /// Conditions on a row of `ledger`, and what to bind to them. The unary `+` keeps SQLite from choosing an index for
    /// them (https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_).
    let conditions: String
    let values: [Value]
    /// The filters that an index answers, those that mostly leave the fewest entries first.
    let lists: [LedgerList]

    init(_ query: LedgerQuery, ascending: Bool) {
        var conditions: [String] = []
        var values: [Value] = []
        var lists: [LedgerList] = []
        func equal(_ column: String, _ value: String?, isListed: Bool = true, hint: String = "") {
            guard let value = value?.columnText else { return }
            conditions.append("+\(column) = ?")
            values.append(.text(value))
            guard isListed else { return }
            lists.append(
                LedgerList(
                    "SELECT id FROM ledger INDEXED BY ledger_by_\(column) "
                        + "WHERE id >> 16 = ?1 AND \(column) = ?4 AND id BETWEEN ?2 AND ?3\(hint)",
                    [value], ascending: ascending))
        }
        equal("peer", query.peer?.description)
        equal("worker", query.worker)
        equal("route", query.route)
        // The index leaves Consul out, and is only taken by a statement that says so too.
        equal("actor", query.actor, isListed: query.actor != "consul", hint: " AND actor <> 'consul'")
        if let group = query.group?.columnText {
            conditions.append(
                "EXISTS (SELECT 1 FROM ledger_groups WHERE segment = id >> 16 AND group_name = ? AND entry = id)")
            values.append(.text(group))
            lists.append(
                LedgerList(
                    "SELECT entry AS id FROM ledger_groups "
                        + "WHERE segment = ?1 AND group_name = ?4 AND entry BETWEEN ?2 AND ?3",
                    [group], ascending: ascending))
        }
        equal("service", query.service)
        if !query.kinds.isEmpty, query.kinds.count < LedgerKind.allCases.count {
            let kinds = query.kinds.map(\.rawValue).sorted()
            conditions.append("+kind IN (\(kinds.map { _ in "?" }.joined(separator: ", ")))")
            values += kinds.map { .text($0) }
            lists.append(
                LedgerList(
                    "SELECT id FROM ledger INDEXED BY ledger_by_kind "
                        + "WHERE id >> 16 = ?1 AND kind = ?4 AND id BETWEEN ?2 AND ?3", kinds,
                    run: "SELECT id FROM ledger INDEXED BY ledger_by_kind "
                        + "WHERE id >> 16 = ?1 AND kind BETWEEN ?4 AND ?5",
                    runs: Self.runs(kinds), ascending: ascending))
        }
        if let since = query.since {
            conditions.append("+at >= ?")
            values.append(.number(since.milliseconds))
        }
        if let until = query.until {
            conditions.append("+at < ?")
            values.append(.number(until.milliseconds))
        }
        self.conditions = conditions.map { " AND " + $0 }.joined()
        self.values = values
        self.lists = lists
    }

    /// `kinds`, sorted, as stretches between which no other kind lies.
    private static func runs(_ kinds: [String]) -> [ClosedRange<String>] {
        let all = LedgerKind.allCases.map(\.rawValue).sorted()
        var runs: [ClosedRange<String>] = []
        var end: Int?
        for kind in kinds {
            guard let place = all.firstIndex(of: kind) else { continue }
            if let before = runs.last, end == place - 1 {
                runs[runs.count - 1] = before.lowerBound...kind
            } else {
                runs.append(kind...kind)
            }
            end = place
        }
        return runs
    }

    /// Binds `values`, the first of them as the parameter `place`; gives the place of the next.
    func bind(_ statement: RawStatement, from place: Int32) -> Int32 {
        var place = place
        for value in values {
            switch value {
            case .text(let text): statement.bind(place, text)
            case .number(let number): statement.bind(place, number)
            }
            place += 1
        }
        return place
    }
}

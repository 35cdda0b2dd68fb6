internal import GRDB
internal import RoutingModel

/// The statement that reads a page of the ledger: a walk, newest first, over the one index that leaves the least to
/// pass over.
///
/// SQLite knows nothing of how often a value occurs, so the choice is made here: the conditions that are not to be
/// walked carry a unary `+`, which takes them out of its choice
/// (https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_).
struct LedgerSelection {
    let sql: String
    let arguments: StatementArguments

    /// The index to walk.
    private enum Walk { case ids, peer, group, route, service, actor, kinds }

    /// - Parameters:
    ///   - ids: between which ids the page lies.
    ///   - limit: how many rows at most.
    init(_ query: LedgerQuery, ids: ClosedRange<Int64>, limit: Int) {
        var values: [String: (any DatabaseValueConvertible)?] = [
            "lowest": ids.lowerBound, "highest": ids.upperBound, "limit": limit,
        ]
        let walk = Self.walk(query)
        var conditions = ["\(walk == .group ? "entry" : "id") BETWEEN :lowest AND :highest"]

        func equal(_ column: String, _ value: String?, walked: Bool) {
            guard let value else { return }
            conditions.append("\(walked ? "" : "+")\(column) = :\(column)")
            values[column] = value.columnText
        }
        equal("peer", query.peer?.description, walked: walk == .peer)
        equal("route", query.route, walked: walk == .route)
        equal("service", query.service, walked: walk == .service)
        equal("actor", query.actor, walked: walk == .actor)
        if let since = query.since {
            conditions.append("+at >= :since")
            values["since"] = since.milliseconds
        }
        if let until = query.until {
            conditions.append("+at < :until")
            values["until"] = until.milliseconds
        }

        let kinds = query.kinds.map(\.rawValue).sorted()
        for (number, kind) in kinds.enumerated() { values["kind\(number)"] = kind }
        if !kinds.isEmpty, walk != .kinds {
            conditions.append("+kind IN (\(kinds.indices.map { ":kind\($0)" }.joined(separator: ", ")))")
        }

        if let group = query.group {
            values["group"] = group.columnText
            if walk != .group {
                conditions.append(
                    "EXISTS (SELECT 1 FROM ledger_groups WHERE group_name = :group AND entry = ledger.id)")
            }
        }

        let rest = conditions.joined(separator: " AND ")
        switch walk {
        case .group:
            // CROSS JOIN keeps the order of the tables (section 8.2 of the page above).
            sql = """
                SELECT \(LedgerRow.columns) FROM ledger_groups CROSS JOIN ledger ON id = entry
                WHERE group_name = :group AND \(rest) ORDER BY entry DESC LIMIT :limit
                """
        case .kinds:
            // One walk for each kind, merged by id.
            let walks = kinds.indices.map { number in
                "SELECT \(LedgerRow.columns) FROM ledger WHERE kind = :kind\(number) AND \(rest)"
            }
            sql = walks.joined(separator: " UNION ALL ") + " ORDER BY id DESC LIMIT :limit"
        default:
            sql = "SELECT \(LedgerRow.columns) FROM ledger WHERE \(rest) ORDER BY id DESC LIMIT :limit"
        }
        arguments = StatementArguments(values)
    }

    /// The rarer first: a peer has fewer entries than its group, a group fewer than its service. Consul is the actor
    /// of nearly every entry.
    private static func walk(_ query: LedgerQuery) -> Walk {
        if query.peer != nil { return .peer }
        if query.group != nil { return .group }
        if query.route != nil { return .route }
        if query.service != nil { return .service }
        if let actor = query.actor, query.kinds.isEmpty || actor != "consul" { return .actor }
        if !query.kinds.isEmpty, query.kinds.count < LedgerKind.allCases.count { return .kinds }
        return .ids
    }
}

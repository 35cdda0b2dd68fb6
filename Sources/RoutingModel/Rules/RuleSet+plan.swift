internal import Foundation
internal import HashTreeCollections

extension RuleSet {
    /// What `command` would change, valid against the whole rule set; an empty list when it changes nothing.
    ///
    /// - Parameters:
    ///   - author: who an override belongs to then.
    ///   - precondition: what must hold of the object that the command names, or of the revision.
    ///   - at: the time to write into what changes.
    /// - Throws: `Problem`: `precondition_failed`, `invalid`, `not_found`, `already_exists` or `in_use`.
    package func plan(
        _ command: PreparedCommand, by author: String, precondition: Precondition = .none, at: Timestamp
    ) throws -> [RuleChange] {
        if !precondition.isEmpty {
            let (what, revision) = subject(of: command)
            try precondition.check(revision, of: what)
        }
        switch command {
        case .createGroup(let draft): return try create(draft, in: groups, what: "group") { try plan($0, at: at) }
        case .putGroup(let draft): return try plan(draft, at: at)
        case .deleteGroup(let name): return try planDeleteGroup(name)
        case .createRoute(let draft): return try create(draft, in: routes, what: "route") { try plan($0, at: at) }
        case .putRoute(let draft): return try plan(draft, at: at)
        case .deleteRoute(let name):
            guard let before = routes[name] else { throw RuleSet.notFound("route", name) }
            return [.route(name: name, before: before, after: nil)]
        case .setWeights(let name, let document): return try planWeights(name, document, at: at)
        case .putOverride(let draft): return try plan(draft, by: author, at: at)
        case .deleteOverride(let peer):
            let name = peer.description
            guard let before = overrides[name] else { throw RuleSet.notFound("override of", name) }
            return [.override(name: name, before: before, after: nil)]
        case .expireOverrides:
            return overrides.values.filter { $0.value.isOver(at: at) }.sorted { $0.name < $1.name }
                .map { .override(name: $0.name, before: $0, after: nil) }
        case .replaceConfig(let draft): return try planConfig(draft, isWhole: true, by: author, at: at)
        case .mergeConfig(let draft): return try planConfig(draft, isWhole: false, by: author, at: at)
        case .rollback(_, let target): return try planRollback(to: target, at: at)
        }
    }

    /// What `command` would change; its documents are read first.
    /// - Throws: `Problem`: those of the other `plan`, and `malformed_json`.
    package func plan(_ command: RuleCommand, by author: String = "", at: Timestamp) throws -> [RuleChange] {
        try plan(try command.prepared(), by: author, at: at)
    }

    package static func notFound(_ what: String, _ name: String) -> Problem {
        Problem(.notFound, "There is no \(what) '\(name)'.")
    }

    /// What a precondition of `command` is about, and its revision.
    private func subject(of command: PreparedCommand) -> (what: String, revision: Int?) {
        switch command {
        case .createGroup(let draft), .putGroup(let draft):
            return ("Group '\(draft.name)'", groups[draft.name]?.revision)
        case .deleteGroup(let name): return ("Group '\(name)'", groups[name]?.revision)
        case .createRoute(let draft), .putRoute(let draft):
            return ("Route '\(draft.name)'", routes[draft.name]?.revision)
        case .deleteRoute(let name), .setWeights(let name, _): return ("Route '\(name)'", routes[name]?.revision)
        case .putOverride(let draft): return ("The override of '\(draft.name)'", overrides[draft.name]?.revision)
        case .deleteOverride(let peer):
            return ("The override of '\(peer)'", overrides[peer.description]?.revision)
        case .expireOverrides, .replaceConfig, .mergeConfig, .rollback: return ("The configuration", revision)
        }
    }

    private func create<T>(
        _ draft: RuleDraft<T>, in existing: TreeDictionary<String, StoredRule<T>>, what: String,
        _ plan: (RuleDraft<T>) throws -> [RuleChange]
    ) throws -> [RuleChange] {
        let changes = try plan(draft)
        guard existing[draft.name] == nil else {
            throw Problem(
                .alreadyExists, "There is a \(what) '\(draft.name)' already: PUT replaces it.",
                errors: [FieldProblem(pointer: "/name", code: "already_exists", message: "is taken")])
        }
        return changes
    }

    private func plan(_ draft: RuleDraft<Group>, at: Timestamp) throws -> [RuleChange] {
        try Self.refuse("group", draft.problems)
        return change(draft, at: at).map { [$0] } ?? []
    }

    private func plan(_ draft: RuleDraft<Route>, at: Timestamp) throws -> [RuleChange] {
        let problems = ProblemList(draft.problems)
        draft.value?.validateGroups(at: .root, groupExists: { groups[$0] != nil }, into: problems)
        try Self.refuse("route", problems)
        return change(draft, at: at).map { [$0] } ?? []
    }

    private func plan(_ draft: RuleDraft<OverrideDocument>, by author: String, at: Timestamp) throws -> [RuleChange] {
        let problems = ProblemList(draft.problems)
        let change = try change(draft, by: author, at: at, .root, problems)
        try Self.refuse("override", problems)
        return change.map { [$0] } ?? []
    }

    /// Nil when the draft is what is in force.
    func change(_ draft: RuleDraft<Group>, at: Timestamp) -> RuleChange? {
        let before = groups[draft.name]
        guard let value = draft.value, before?.document != draft.text else { return nil }
        return .group(name: draft.name, before: before, after: stored(draft.name, value, draft.text, at))
    }

    func change(_ draft: RuleDraft<Route>, at: Timestamp) -> RuleChange? {
        let before = routes[draft.name]
        guard let value = draft.value, before?.document != draft.text else { return nil }
        return .route(name: draft.name, before: before, after: stored(draft.name, value, draft.text, at))
    }

    func change(
        _ draft: RuleDraft<OverrideDocument>, by author: String, at: Timestamp, _ pointer: JSONPointer,
        _ problems: ProblemList
    ) throws -> RuleChange? {
        guard let value = draft.value?.override(by: author, at: at) else { return nil }
        let before = overrides[draft.name]
        // What is as it was stays its owner's.
        if let known = before?.value {
            var same = value
            same.owner = known.owner
            if same == known { return nil }
        }
        // One that can't be is told once.
        if draft.problems.isEmpty, value.isOver(at: at) {
            problems.add(pointer["expires_at"], "invalid_value", "is in the past")
        }
        return .override(
            name: draft.name, before: before, after: stored(draft.name, value, try CanonicalJSON.text(value), at))
    }

    func stored<Value>(_ name: String, _ value: Value, _ document: String, _ at: Timestamp) -> StoredRule<Value> {
        StoredRule(name: name, value: value, document: document, revision: revision + 1, updatedAt: at)
    }

    private func planDeleteGroup(_ name: String) throws -> [RuleChange] {
        guard let before = groups[name] else { throw Self.notFound("group", name) }
        let users = routes(using: name)
        guard users.isEmpty else {
            throw Problem(
                .inUse,
                "Group '\(name)' is used by \(users.count == 1 ? "route" : "routes") \(users.joined(separator: ", ")).",
                errors: users.map {
                    FieldProblem(pointer: "/routes/\($0)", code: "in_use", message: "names group '\(name)'")
                })
        }
        return [.group(name: name, before: before, after: nil)]
    }

    static func refuse(_ what: String, _ problems: ProblemList) throws { try refuse(what, problems.problems) }

    static func refuse(_ what: String, _ problems: [FieldProblem]) throws {
        guard !problems.isEmpty else { return }
        throw Problem(.invalid, "The \(what) is not valid.", errors: problems)
    }
}

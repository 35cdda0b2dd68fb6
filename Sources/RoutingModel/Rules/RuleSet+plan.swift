internal import Foundation
internal import HashTreeCollections

extension RuleSet {
    /// What `command` would change, valid against the whole rule set; an empty list when it changes nothing.
    ///
    /// - Parameters:
    ///   - at: the time to write into what changes.
    /// - Throws: `Problem`: `malformed_json`, `invalid`, `not_found`, `already_exists` or `in_use`.
    package func plan(_ command: RuleCommand, at: Timestamp) throws -> [RuleChange] {
        switch command {
        case .createGroup(let data):
            return try create(data, in: groups, what: "group") { try planGroup($0, data, at: at, problems: $1) }
        case .putGroup(let name, let data):
            return try put(name, what: "group") { try planGroup(name, data, at: at, problems: $0) }
        case .deleteGroup(let name):
            return try planDeleteGroup(name)
        case .createRoute(let data):
            return try create(data, in: routes, what: "route") { try planRoute($0, data, at: at, problems: $1) }
        case .putRoute(let name, let data):
            return try put(name, what: "route") { try planRoute(name, data, at: at, problems: $0) }
        case .deleteRoute(let name):
            guard let before = routes[name] else { throw RuleSet.notFound("route", name) }
            return [.route(name: name, before: before, after: nil)]
        case .setWeights(let name, let data):
            return try planWeights(name, data, at: at)
        }
    }

    package static func notFound(_ what: String, _ name: String) -> Problem {
        Problem(.notFound, "There is no \(what) '\(name)'.")
    }

    private func create<T>(
        _ data: Data, in existing: TreeDictionary<String, StoredRule<T>>, what: String,
        _ plan: (String, ProblemList) throws -> RuleChange?
    ) throws -> [RuleChange] {
        let problems = ProblemList()
        let name = try RuleDocument.name(in: data, problems: problems)
        let change = try plan(name, problems)
        try Self.refuse(what, problems)
        guard existing[name] == nil else {
            throw Problem(
                .alreadyExists, "There is a \(what) '\(name)' already: PUT replaces it.",
                errors: [FieldProblem(pointer: "/name", code: "already_exists", message: "is taken")])
        }
        return change.map { [$0] } ?? []
    }

    private func put(_ name: String, what: String, _ plan: (ProblemList) throws -> RuleChange?) throws -> [RuleChange] {
        guard RuleName.isValid(name) else {
            throw Problem(
                .invalid, "'\(name)' can't be the name of a \(what).",
                errors: [FieldProblem(pointer: "/name", code: "invalid_value", message: RuleName.rule)])
        }
        let problems = ProblemList()
        let change = try plan(problems)
        try Self.refuse(what, problems)
        return change.map { [$0] } ?? []
    }

    private func planGroup(_ name: String, _ data: Data, at: Timestamp, problems: ProblemList) throws -> RuleChange? {
        guard let read = try RuleDocument.read(Group.self, from: data, name: name, problems: problems) else {
            return nil
        }
        read.value.validate(at: .root, into: problems)
        let before = groups[name]
        guard before?.document != read.text else { return nil }
        return .group(
            name: name, before: before,
            after: StoredRule(name: name, value: read.value, document: read.text, revision: revision + 1, updatedAt: at)
        )
    }

    private func planRoute(_ name: String, _ data: Data, at: Timestamp, problems: ProblemList) throws -> RuleChange? {
        guard let read = try RuleDocument.read(Route.self, from: data, name: name, problems: problems) else {
            return nil
        }
        read.value.validate(at: .root, groupExists: { groups[$0] != nil }, into: problems)
        let before = routes[name]
        guard before?.document != read.text else { return nil }
        return .route(
            name: name, before: before,
            after: StoredRule(name: name, value: read.value, document: read.text, revision: revision + 1, updatedAt: at)
        )
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

    static func refuse(_ what: String, _ problems: ProblemList) throws {
        guard !problems.isEmpty else { return }
        throw Problem(.invalid, "The \(what) is not valid.", errors: problems.problems)
    }
}

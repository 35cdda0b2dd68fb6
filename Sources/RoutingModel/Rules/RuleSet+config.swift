internal import HashTreeCollections

extension RuleSet {
    /// What a whole (or partial) document changes. Everything that is wrong with it is said at once.
    /// - Parameter isWhole: whether what the document doesn't name is deleted; overrides only when it speaks of them.
    func planConfig(_ draft: ConfigDraft, isWhole: Bool, by author: String, at: Timestamp) throws -> [RuleChange] {
        let problems = ProblemList(draft.problems)
        let groupDrafts = draft.groups.sorted { $0.key < $1.key }
        let routeDrafts = draft.routes.sorted { $0.key < $1.key }
        for case (_, let draft?) in groupDrafts { problems.add(draft.problems) }
        let exists: (String) -> Bool = { name in
            if let named = draft.groups[name] { return named != nil }
            return !isWhole && groups[name] != nil
        }
        for case (let name, let draft?) in routeDrafts {
            problems.add(draft.problems)
            draft.value?.validateGroups(at: .root["routes"][name], groupExists: exists, into: problems)
        }
        if !isWhole { checkUsers(of: draft, problems) }

        var changes: [RuleChange] = []
        for case (_, let draft?) in groupDrafts { changes += change(draft, at: at).map { [$0] } ?? [] }
        for case (_, let draft?) in routeDrafts { changes += change(draft, at: at).map { [$0] } ?? [] }
        for case (let name, let draft?) in draft.overrides.sorted(by: { $0.key < $1.key }) {
            problems.add(draft.problems)
            changes +=
                try change(draft, by: author, at: at, .root["overrides"][name], problems).map { [$0] } ?? []
        }
        try Self.refuse("configuration", problems)
        return changes + deletions(by: draft, isWhole: isWhole)
    }

    /// A group can't go while a route that stays names it.
    private func checkUsers(of draft: ConfigDraft, _ problems: ProblemList) {
        for (name, group) in draft.groups.sorted(by: { $0.key < $1.key }) where group == nil && groups[name] != nil {
            let left = routes(using: name).filter { draft.routes[$0] == nil }
            guard !left.isEmpty else { continue }
            problems.add(
                .root["groups"][name], "in_use",
                "is used by \(left.count == 1 ? "route" : "routes") \(left.prefix(10).joined(separator: ", "))")
        }
    }

    private func deletions(by draft: ConfigDraft, isWhole: Bool) -> [RuleChange] {
        func isGone<T>(_ name: String, _ drafts: [String: RuleDraft<T>?]) -> Bool {
            if let named = drafts[name] { return named == nil }
            return isWhole
        }
        let candidates: (groups: [String], routes: [String], overrides: [String]) =
            isWhole
            ? (groups.keys.sorted(), routes.keys.sorted(), draft.hasOverrides ? overrides.keys.sorted() : [])
            : (draft.groups.keys.sorted(), draft.routes.keys.sorted(), draft.overrides.keys.sorted())
        var changes: [RuleChange] = []
        for name in candidates.routes where isGone(name, draft.routes) {
            if let before = routes[name] { changes.append(.route(name: name, before: before, after: nil)) }
        }
        for name in candidates.groups where isGone(name, draft.groups) {
            if let before = groups[name] { changes.append(.group(name: name, before: before, after: nil)) }
        }
        for name in candidates.overrides where isGone(name, draft.overrides) {
            if let before = overrides[name] { changes.append(.override(name: name, before: before, after: nil)) }
        }
        return changes
    }

    /// What makes these rules those of `target`. Overrides whose time is over by now don't come back.
    func planRollback(to target: RuleSet, at: Timestamp) throws -> [RuleChange] {
        let problems = ProblemList()
        var changes: [RuleChange] = []
        for (name, rule) in target.groups.sorted(by: { $0.key < $1.key }) where groups[name]?.document != rule.document
        {
            rule.value.validate(at: .root["groups"][name], into: problems)
            changes.append(
                .group(name: name, before: groups[name], after: stored(name, rule.value, rule.document, at)))
        }
        for (name, rule) in target.routes.sorted(by: { $0.key < $1.key }) where routes[name]?.document != rule.document
        {
            rule.value.validate(
                at: .root["routes"][name], groupExists: { target.groups[$0] != nil }, into: problems)
            changes.append(
                .route(name: name, before: routes[name], after: stored(name, rule.value, rule.document, at)))
        }
        let kept = target.overrides.filter { !$0.value.value.isOver(at: at) }
        for (name, rule) in kept.sorted(by: { $0.key < $1.key }) where overrides[name]?.document != rule.document {
            changes.append(
                .override(name: name, before: overrides[name], after: stored(name, rule.value, rule.document, at)))
        }
        try Self.refuse("configuration of that revision", problems)
        for (name, rule) in routes.sorted(by: { $0.key < $1.key }) where target.routes[name] == nil {
            changes.append(.route(name: name, before: rule, after: nil))
        }
        for (name, rule) in groups.sorted(by: { $0.key < $1.key }) where target.groups[name] == nil {
            changes.append(.group(name: name, before: rule, after: nil))
        }
        for (name, rule) in overrides.sorted(by: { $0.key < $1.key }) where kept[name] == nil {
            changes.append(.override(name: name, before: rule, after: nil))
        }
        return changes
    }
}

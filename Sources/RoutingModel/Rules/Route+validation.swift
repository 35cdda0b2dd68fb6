extension Route {
    /// Records every value that is of the right type and still can't be, groups that don't exist among them.
    /// - Parameter groupExists: answers whether a group of the name is in the rule set.
    package func validate(
        at pointer: JSONPointer, groupExists: (String) -> Bool, into problems: ProblemList
    ) {
        validate(at: pointer, into: problems)
        validateGroups(at: pointer, groupExists: groupExists, into: problems)
    }

    /// Records every group that the route names and that doesn't exist.
    package func validateGroups(
        at pointer: JSONPointer, groupExists: (String) -> Bool, into problems: ProblemList
    ) {
        func check(_ group: String, _ place: JSONPointer) {
            guard !groupExists(group) else { return }
            problems.add(place["group"], "unknown_group", "names group '\(group)', which doesn't exist")
        }
        for (index, rule) in force.prefix(Limits.forceRules).enumerated() {
            check(rule.group, pointer["force"][index])
        }
        for (index, entry) in split.prefix(Limits.splitEntries).enumerated() {
            check(entry.group, pointer["split"][index])
        }
        if let mirror = settings.mirror { check(mirror.group, pointer["mirror"]) }
    }

    /// Records every value that is of the right type and still can't be, whatever the other rules are.
    package func validate(at pointer: JSONPointer, into problems: ProblemList) {
        match.validate(at: pointer["match"], into: problems)
        if !(-1_000_000...1_000_000).contains(priority) {
            problems.add(pointer["priority"], "invalid_value", "must be from -1000000 to 1000000")
        }
        validateForce(at: pointer["force"], into: problems)
        validateSplit(at: pointer["split"], into: problems)
        sticky?.validate(at: pointer["sticky"], into: problems)
        settings.validate(at: pointer, path: match.path, into: problems)
        if description.utf8.count > Limits.descriptionBytes {
            problems.add(pointer["description"], "invalid_value", "is longer than \(Limits.descriptionBytes) bytes")
        }
    }

    private func validateForce(at pointer: JSONPointer, into problems: ProblemList) {
        // What is too long isn't looked at: each entry may hold a regular expression to compile.
        guard force.count <= Limits.forceRules else {
            return problems.add(pointer, "invalid_value", "has more than \(Limits.forceRules) entries")
        }
        for (index, rule) in force.enumerated() {
            switch rule.condition {
            case .header(let match): match.validate(at: pointer[index]["header"], isHeader: true, into: problems)
            case .cookie(let match): match.validate(at: pointer[index]["cookie"], isHeader: true, into: problems)
            }
        }
    }

    private func validateSplit(at pointer: JSONPointer, into problems: ProblemList) {
        // A split that could not be read at all has been reported already, with its place.
        guard !split.isEmpty else {
            if !problems.names(pointer) { problems.add(pointer, "invalid_value", "must have at least one entry") }
            return
        }
        if split.count > Limits.splitEntries {
            problems.add(pointer, "invalid_value", "has more than \(Limits.splitEntries) entries")
        }
        var seen: Set<String> = []
        for (index, entry) in split.enumerated() {
            if !seen.insert(entry.group).inserted {
                problems.add(pointer[index]["group"], "duplicate", "names group '\(entry.group)' a second time")
            }
            entry.requestHeaders?.validate(at: pointer[index]["request_headers"], of: .request, into: problems)
            entry.responseHeaders?.validate(at: pointer[index]["response_headers"], of: .response, into: problems)
        }
        let sum = split.reduce(0) { $0 + $1.weight.basisPoints }
        let badWeight = problems.problems.contains {
            $0.pointer.hasPrefix(pointer.description) && $0.pointer.hasSuffix("/weight")
        }
        if sum != Percent.whole.basisPoints, !badWeight {
            problems.add(
                pointer, "weights_sum", "has weights that add up to \(Percent.text(basisPoints: sum)), not exactly 100")
        }
    }
}

extension Stickiness {
    func validate(at pointer: JSONPointer, into problems: ProblemList) {
        switch key {
        case .header(let name):
            if !HTTPToken.isValid(name) { problems.add(pointer["header"], "invalid_value", "must be a header name") }
        case .cookie(let name):
            if !HTTPToken.isValid(name) { problems.add(pointer["cookie"], "invalid_value", "must be a cookie name") }
        case .query(let name):
            if name.isEmpty || name.utf8.count > 128 {
                problems.add(pointer["query"], "invalid_value", "must be 1 to 128 bytes long")
            }
        case .sourceIP: break
        }
        if let salt, salt.utf8.count > 128 {
            problems.add(pointer["salt"], "invalid_value", "is longer than 128 bytes")
        }
    }
}

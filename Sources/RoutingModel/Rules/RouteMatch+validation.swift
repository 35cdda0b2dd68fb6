extension RouteMatch {
    func validate(at pointer: JSONPointer, into problems: ProblemList) {
        if hosts.count > Limits.hosts {
            problems.add(pointer["hosts"], "invalid_value", "has more than \(Limits.hosts) entries")
        }
        var seen: Set<HostPattern> = []
        for (index, host) in hosts.enumerated() where !seen.insert(host).inserted {
            problems.add(pointer["hosts"][index], "duplicate", "lists '\(host)' a second time")
        }
        path.validate(at: pointer["path"], into: problems)
        if methods.count > Limits.methods {
            problems.add(pointer["methods"], "invalid_value", "has more than \(Limits.methods) entries")
        }
        for (index, method) in methods.prefix(Limits.methods).enumerated() {
            // Methods are case-sensitive (RFC 9110 section 9.1); every registered one is upper case.
            if !HTTPToken.isValid(method) || method != method.uppercased() {
                problems.add(pointer["methods"][index], "invalid_value", "must be an HTTP method in upper case")
            }
            if methods[..<index].contains(method) {
                problems.add(pointer["methods"][index], "duplicate", "lists \(method) a second time")
            }
        }
        guard headers.count + query.count <= Limits.conditions else {
            return problems.add(
                pointer, "invalid_value", "has more than \(Limits.conditions) header and query conditions")
        }
        for (index, header) in headers.enumerated() {
            header.validate(at: pointer["headers"][index], isHeader: true, into: problems)
        }
        for (index, parameter) in query.enumerated() {
            parameter.validate(at: pointer["query"][index], isHeader: false, into: problems)
        }
    }
}

extension PathMatch {
    func validate(at pointer: JSONPointer, into problems: ProblemList) {
        func literal(_ path: String, _ place: JSONPointer) {
            if !path.hasPrefix("/") { problems.add(place, "invalid_value", "must begin with '/'") }
            if path.utf8.count > Limits.pathBytes {
                problems.add(place, "invalid_value", "is longer than \(Limits.pathBytes) bytes")
            }
            // A request target has none of these in its path (RFC 9112 section 3.2), so such a rule could never match.
            if path.utf8.contains(where: {
                $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#")
            }) {
                problems.add(place, "invalid_value", "has a blank, a control character, '?' or '#'")
            }
        }
        switch self {
        case .exact(let path): literal(path, pointer["exact"])
        case .prefix(let path): literal(path, pointer["prefix"])
        case .regex(let pattern): RegularExpression.validate(pattern, at: pointer["regex"], into: problems)
        }
    }
}

extension ValueMatch {
    func validate(at pointer: JSONPointer, isHeader: Bool, into problems: ProblemList) {
        if isHeader {
            if !HTTPToken.isValid(name) {
                problems.add(pointer["name"], "invalid_value", "must be made of letters, digits and !#$%&'*+-.^_`|~")
            }
        } else if name.isEmpty || name.utf8.count > 128 {
            problems.add(pointer["name"], "invalid_value", "must be 1 to 128 bytes long")
        }
        switch test {
        case .exact(let text), .prefix(let text), .suffix(let text):
            if text.utf8.count > Limits.valueBytes {
                problems.add(pointer, "invalid_value", "has a value longer than \(Limits.valueBytes) bytes")
            }
        case .regex(let pattern): RegularExpression.validate(pattern, at: pointer["regex"], into: problems)
        case .present: break
        }
    }
}

extension RegularExpression {
    static func validate(_ pattern: String, at pointer: JSONPointer, into problems: ProblemList) {
        guard pattern.utf8.count <= Limits.valueBytes else {
            return problems.add(pointer, "invalid_value", "is longer than \(Limits.valueBytes) bytes")
        }
        do throws(Refused) {
            _ = try RegularExpression(pattern)
        } catch {
            problems.add(pointer, "invalid_regex", "is not a regular expression that RE2 takes: \(error.reason)")
        }
    }
}

internal import RoutingModel

/// Whether one route is for every request that another is for, hosts apart. It says yes only when that is certain;
/// what two regular expressions have in common is not decided.
enum RouteCover {
    /// Whether `wide` takes every request for one and the same host that `narrow` would take.
    static func covers(_ wide: RouteMatch, _ narrow: RouteMatch) -> Bool {
        methods(wide, narrow) && path(wide.path, narrow.path)
            && conditions(wide.headers, narrow.headers, areHeaders: true)
            && conditions(wide.query, narrow.query, areHeaders: false)
    }

    private static func methods(_ wide: RouteMatch, _ narrow: RouteMatch) -> Bool {
        guard !wide.methods.isEmpty else { return true }
        return !narrow.methods.isEmpty && narrow.methods.allSatisfy(wide.methods.contains)
    }

    private static func path(_ wide: PathMatch, _ narrow: PathMatch) -> Bool {
        switch (wide, narrow) {
        case (.exact(let one), .exact(let other)): return ByteKey(one) == ByteKey(other)
        case (.prefix(let prefix), .exact(let path)): return ByteKey(path).isBelow(PathIndex.key(forPrefix: prefix))
        case (.prefix(let prefix), .prefix(let longer)):
            return PathIndex.key(forPrefix: longer).isBelow(PathIndex.key(forPrefix: prefix))
        case (.prefix(let prefix), .regex):
            // Every path begins with a slash: the asterisk of OPTIONS (RFC 9112 section 3.2.4) is routed as one.
            return PathIndex.key(forPrefix: prefix).text.isEmpty
        case (.regex(let pattern), .exact(let path)): return matches(pattern, path)
        case (.regex(let one), .regex(let other)): return ByteKey(one) == ByteKey(other)
        case (.exact, .prefix), (.exact, .regex), (.regex, .prefix): return false
        }
    }

    private static func matches(_ pattern: String, _ text: String) -> Bool {
        (try? RegularExpression(pattern))?.matches(text) ?? false
    }

    /// Whether each of `wide` holds wherever all of `narrow` hold.
    private static func conditions(_ wide: [ValueMatch], _ narrow: [ValueMatch], areHeaders: Bool) -> Bool {
        wide.allSatisfy { condition in narrow.contains { implies($0, condition, areHeaders: areHeaders) } }
    }

    private static func implies(_ narrow: ValueMatch, _ wide: ValueMatch, areHeaders: Bool) -> Bool {
        func name(_ match: ValueMatch) -> ByteKey { ByteKey(areHeaders ? match.name.lowercased() : match.name) }
        guard name(narrow) == name(wide) else { return false }
        if isSame(narrow, wide) { return true }
        // What the narrow one leaves of the value: nothing there, one text, or something that is there.
        switch narrow.test {
        case .present(let flag) where flag == narrow.invert: return holds(wide, for: nil, areHeaders)
        case .exact(let text) where !narrow.invert: return holds(wide, for: text, areHeaders)
        case .present: return isPresence(wide)
        case .prefix(let text) where !narrow.invert:
            guard case .prefix(let shorter) = wide.test, !wide.invert else { return isPresence(wide) }
            return text.utf8.starts(with: shorter.utf8)
        case .suffix(let text) where !narrow.invert:
            guard case .suffix(let shorter) = wide.test, !wide.invert else { return isPresence(wide) }
            return text.utf8.reversed().starts(with: shorter.utf8.reversed())
        case .regex where !narrow.invert: return isPresence(wide)
        case .exact, .prefix, .suffix, .regex: return false
        }
    }

    private static func isSame(_ one: ValueMatch, _ other: ValueMatch) -> Bool {
        guard one.invert == other.invert else { return false }
        switch (one.test, other.test) {
        case (.exact(let one), .exact(let other)), (.prefix(let one), .prefix(let other)),
            (.suffix(let one), .suffix(let other)), (.regex(let one), .regex(let other)):
            return ByteKey(one) == ByteKey(other)
        case (.present(let one), .present(let other)): return one == other
        default: return false
        }
    }

    /// Whether the condition holds for every value that is there.
    private static func isPresence(_ match: ValueMatch) -> Bool {
        guard case .present(let flag) = match.test else { return false }
        return flag != match.invert
    }

    private static func holds(_ match: ValueMatch, for value: String?, _ isHeader: Bool) -> Bool {
        let memory = CompiledMemory()
        return withExtendedLifetime(memory) {
            let condition = try? CompiledCondition(match, isHeader: isHeader, in: memory)
            guard var value else { return condition?.holds(for: nil) ?? false }
            return value.withUTF8 { condition?.holds(for: ByteText($0)) ?? false }
        }
    }
}

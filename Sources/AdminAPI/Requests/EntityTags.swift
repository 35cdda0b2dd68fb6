internal import HTTPTypes
internal import Hummingbird
internal import RoutingModel

/// The fields `If-Match` and `If-None-Match` (RFC 9110 sections 13.1.1 and 13.1.2).
enum EntityTags {
    /// What a write asks of its object.
    ///
    /// Weak tags never match in `If-Match` (section 8.8.3.2: strong comparison), so that one with only weak tags fails.
    /// - Throws: `Problem` (`invalid_query`) for a field that is no list of entity tags.
    static func precondition(_ request: Request) throws -> Precondition {
        Precondition(
            ifMatch: try match(request.headers[.ifMatch], field: "If-Match", withWeak: false),
            ifNoneMatch: try match(request.headers[.ifNoneMatch], field: "If-None-Match", withWeak: true))
    }

    /// Whether the reader of `request` has the representation with this tag (quotes included) already.
    static func isCurrent(_ request: Request, _ etag: String) throws -> Bool {
        switch try match(request.headers[.ifNoneMatch], field: "If-None-Match", withWeak: true) {
        case nil: return false
        case .any: return true
        case .tags(let tags): return tags.contains(String(etag.dropFirst().dropLast()))
        }
    }

    private static func match(_ text: String?, field: String, withWeak: Bool) throws -> Precondition.Match? {
        guard var rest = text?[...] else { return nil }
        if rest.trimmed == "*" { return .any }
        var tags: Set<String> = []
        var isFirst = true
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "," }
            guard !rest.isEmpty else { break }
            isFirst = false
            let isWeak = rest.hasPrefix("W/")
            if isWeak { rest = rest.dropFirst(2) }
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else {
                throw malformed(field)
            }
            if withWeak || !isWeak { tags.insert(String(rest[rest.index(after: rest.startIndex)..<end])) }
            rest = rest[rest.index(after: end)...]
            let next = rest.drop { $0 == " " || $0 == "\t" }
            guard next.isEmpty || next.first == "," else { throw malformed(field) }
        }
        if isFirst { throw malformed(field) }
        return .tags(tags)
    }

    private static func malformed(_ field: String) -> Problem {
        Problem(
            .invalidQuery, "The field \(field) must be * or a list of entity tags such as \"12\".",
            errors: [FieldProblem(pointer: "/\(field)", code: "invalid_value", message: "is no list of entity tags")])
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}

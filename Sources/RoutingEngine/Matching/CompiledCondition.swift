internal import RoutingModel

/// A condition on a header, a cookie or a query parameter, ready to be tested.
struct CompiledCondition: Sendable {
    enum Test: Sendable {
        case exact(String)
        case prefix(String)
        case suffix(String)
        case regex(RegularExpression)
        case present(Bool)
    }

    /// As `lookup` wants it: headers in lower case.
    let name: String
    let test: Test
    let invert: Bool
    /// What `explain` prints.
    let words: String

    /// - Throws: `CompileError` when a regular expression doesn't compile.
    init(_ match: ValueMatch, isHeader: Bool) throws(CompileError) {
        name = isHeader ? match.name.lowercased() : match.name
        invert = match.invert
        words = match.description
        switch match.test {
        case .exact(let text): test = .exact(text)
        case .prefix(let text): test = .prefix(text)
        case .suffix(let text): test = .suffix(text)
        case .present(let flag): test = .present(flag)
        case .regex(let pattern): test = .regex(try RegularExpression.compiled(pattern))
        }
    }

    func holds(for value: String?) -> Bool {
        passes(value) != invert
    }

    private func passes(_ value: String?) -> Bool {
        if case .present(let wanted) = test { return (value != nil) == wanted }
        guard let value else { return false }
        // Values are compared as bytes: `==` on String would take canonically equivalent texts for equal.
        switch test {
        case .exact(let text): return value.utf8.elementsEqual(text.utf8)
        case .prefix(let text): return value.utf8.starts(with: text.utf8)
        case .suffix(let text): return value.utf8.reversed().starts(with: text.utf8.reversed())
        case .regex(let regex): return regex.matches(value)
        case .present: return false
        }
    }
}

extension RegularExpression {
    static func compiled(_ pattern: String) throws(CompileError) -> RegularExpression {
        do throws(Refused) {
            return try RegularExpression(pattern)
        } catch {
            throw CompileError(reason: "regular expression '\(pattern)' does not compile: \(error.reason)")
        }
    }
}

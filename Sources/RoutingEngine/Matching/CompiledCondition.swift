internal import RoutingModel

/// A condition on a header, a cookie or a query parameter, ready to be tested. Its pointers are the route's.
struct CompiledCondition: BitwiseCopyable {
    private enum Test: UInt8, BitwiseCopyable { case exact, prefix, suffix, regex, present, absent }

    /// Of a header in any case; of a cookie or parameter as it is.
    let name: HeaderName
    private let test: Test
    private let invert: Bool
    private let text: ByteText
    private let regex: Unmanaged<RegularExpression>?

    /// - Throws: `CompileError` when a regular expression doesn't compile.
    init(_ match: ValueMatch, isHeader: Bool, in memory: CompiledMemory) throws(CompileError) {
        name = HeaderName(match.name, isHeader: isHeader, in: memory)
        invert = match.invert
        var text = ""
        var regex: Unmanaged<RegularExpression>?
        switch match.test {
        case .exact(let value): (test, text) = (.exact, value)
        case .prefix(let value): (test, text) = (.prefix, value)
        case .suffix(let value): (test, text) = (.suffix, value)
        case .present(let flag): test = flag ? .present : .absent
        case .regex(let pattern):
            test = .regex
            regex = try memory.regex(pattern)
        }
        self.text = memory.bytes(text.utf8)
        self.regex = regex
    }

    /// - Parameter value: nil when the request doesn't have it.
    func holds(for value: ByteText?) -> Bool { passes(value) != invert }

    private func passes(_ value: ByteText?) -> Bool {
        guard let value else { return test == .absent }
        switch test {
        case .exact: return value.isSame(as: text)
        case .prefix: return value.begins(with: text)
        case .suffix: return value.ends(with: text)
        case .regex: return regex.map { $0._withUnsafeGuaranteedRef { $0.matches(value) } } ?? false
        case .present: return true
        case .absent: return false
        }
    }
}

internal import CRE2

/// A compiled regular expression in RE2's syntax: it matches a whole value, in time linear in the value's length.
///
/// Source of the syntax: RE2's own syntax page; Envoy uses the same library, so a rule means the same in both.
package final class RegularExpression: Sendable {
    package let pattern: String
    // RE2 objects are immutable once compiled and documented as safe for concurrent matching.
    private nonisolated(unsafe) let program: OpaquePointer

    /// What RE2 says about a pattern that it does not take.
    package struct Refused: Error { package let reason: String }

    /// Bytes that one compiled pattern and its automaton may take.
    static let memoryLimit: Int64 = 1 << 20

    package init(_ pattern: String) throws(Refused) {
        var copy = pattern
        let made = copy.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters -> OpaquePointer? in
                // An empty pattern has no base address; RE2 wants a pointer all the same.
                guard let base = characters.baseAddress else {
                    return "".withCString { sb_re2_create($0, 0, Self.memoryLimit) }
                }
                return sb_re2_create(base, characters.count, Self.memoryLimit)
            }
        }
        guard let made else { throw Refused(reason: "out of memory") }
        if let reason = sb_re2_error(made) {
            let text = String(cString: reason)
            sb_re2_free(made)
            throw Refused(reason: text)
        }
        self.pattern = pattern
        program = made
    }

    deinit { sb_re2_free(program) }

    /// Whether the pattern matches the whole of `text`.
    package func matches(_ text: some StringProtocol) -> Bool {
        var copy = String(text)
        return copy.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { sb_re2_full_match(program, $0.baseAddress, $0.count) == 1 }
        }
    }

    /// Whether the pattern matches the whole of `bytes`, which should be UTF-8: nothing matches a byte that isn't.
    package func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.withMemoryRebound(to: CChar.self) { sb_re2_full_match(program, $0.baseAddress, $0.count) == 1 }
    }
}

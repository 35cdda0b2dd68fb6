#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Text as a key that is compared byte by byte: `String` would take canonically equivalent texts for equal, other
/// engines don't.
struct ByteKey: Hashable, Sendable {
    let text: Substring

    init(_ text: Substring) { self.text = text }
    init(_ text: String) { self.text = text[...] }

    static func == (left: ByteKey, right: ByteKey) -> Bool {
        left.text.utf8.count == right.text.utf8.count && right.begins(with: left)
    }

    func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    func begins(with start: ByteKey) -> Bool {
        withBytes { whole in
            start.withBytes { start in
                // Nothing has no address.
                guard let some = start.baseAddress, !start.isEmpty else { return true }
                guard let mine = whole.baseAddress, whole.count >= start.count else { return false }
                return memcmp(mine, some, start.count) == 0
            }
        }
    }

    /// Whether this path is `prefix`, or goes on after it with a slash.
    func isBelow(_ prefix: ByteKey) -> Bool {
        guard begins(with: prefix) else { return false }
        let rest = text.utf8.dropFirst(prefix.text.utf8.count)
        return rest.isEmpty || rest.first == UInt8(ascii: "/")
    }

    private func withBytes<Value>(_ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        var copy = text
        return copy.withUTF8(body)
    }
}

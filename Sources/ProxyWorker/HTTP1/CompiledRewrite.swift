internal import RoutingModel

/// What a peer sees in place of what the client asked for, as bytes.
final class CompiledRewrite: Sendable {
    /// In place of Host; nil leaves it.
    let host: [UInt8]?
    /// In place of the path's first `matched` bytes; nil leaves the path.
    let prefix: [UInt8]?
    /// Bytes of the prefix by which the route matches, without its final slash: 0 for `/`.
    let matched: Int

    /// Nil when nothing is rewritten.
    /// - Parameter path: how the route matches; a path's prefix is replaced only where it matches by prefix.
    init?(_ rewrite: Rewrite?, path: PathMatch) {
        guard let rewrite else { return nil }
        host = rewrite.host.map { Array($0.utf8) }
        if let replacement = rewrite.pathPrefix, case .prefix(let text) = path {
            let bytes = Array(text.utf8)
            matched = bytes.last == ByteClass.slash ? bytes.count - 1 : bytes.count
            prefix = Array(replacement.utf8)
        } else {
            matched = 0
            prefix = nil
        }
        if host == nil, prefix == nil { return nil }
    }

    /// How many bytes of the replacement are written in front of a rest of `restCount` bytes. The rest is empty or
    /// begins with a slash; so a slash at the replacement's end counts only when there is no rest.
    static func prefixCount(_ prefix: [UInt8], restCount: Int) -> Int {
        restCount > 0 && prefix.last == ByteClass.slash ? prefix.count - 1 : prefix.count
    }
}

/// Removes dot segments from a path (RFC 3986 section 5.2.4), so that a path is matched as the peer will understand it.
/// The proxy and `explain` both use it.
///
/// A dot written as `%2e` is a dot (section 2.3). All else stays: empty segments (`//`), escaped slashes (`%2F`),
/// backslashes, parameters (`..;`), the case of escapes.
package enum PathNormalizer {
    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")
    private static let percent = UInt8(ascii: "%")

    /// - Parameters:
    ///   - path: `count` bytes that begin with a slash.
    ///   - target: room for `count` bytes, at least one.
    /// - Returns: how many bytes the path has now; nil when it leads above the root.
    package static func normalize(
        _ path: UnsafePointer<UInt8>, _ count: Int, into target: UnsafeMutablePointer<UInt8>
    ) -> Int? {
        var length = 0
        var segment = 0
        while segment < count {
            let start = segment + 1
            var end = start
            while end < count, path[end] != slash { end += 1 }
            switch dots(path + start, end - start) {
            case 0:
                (target + length).update(from: path + segment, count: end - segment)
                length += end - segment
            case 1:
                if end == count {
                    target[length] = slash
                    length += 1
                }
            default:
                guard length > 0 else { return nil }
                repeat { length -= 1 } while target[length] != slash
                if end == count {
                    target[length] = slash
                    length += 1
                }
            }
            segment = end
        }
        return length
    }

    /// 1 for the segment `.`, 2 for `..`, 0 for all others.
    private static func dots(_ segment: UnsafePointer<UInt8>, _ count: Int) -> Int {
        guard count > 0, count <= 6 else { return 0 }
        var dots = 0
        var place = 0
        while place < count {
            if segment[place] == dot {
                place += 1
            } else if place + 2 < count, segment[place] == percent,
                segment[place + 1] == UInt8(ascii: "2"), segment[place + 2] | 0x20 == UInt8(ascii: "e")
            {
                place += 3
            } else {
                return 0
            }
            dots += 1
        }
        return dots <= 2 ? dots : 0
    }

    /// The normal form of a path that begins with a slash; nil when it leads above the root.
    package static func normalize(_ path: String) -> String? {
        let bytes = Array(path.utf8)
        var target = bytes
        let count = bytes.withUnsafeBufferPointer { bytes in
            target.withUnsafeMutableBufferPointer { target -> Int? in
                guard let from = bytes.baseAddress, let into = target.baseAddress else { return 0 }
                return normalize(from, bytes.count, into: into)
            }
        }
        return count.map { String(decoding: target[..<$0], as: UTF8.self) }
    }
}

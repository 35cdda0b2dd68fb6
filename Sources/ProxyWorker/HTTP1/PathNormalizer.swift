/// Removes dot segments from a path (RFC 3986 section 5.2.4), so that a path is matched as the peer will understand it.
///
/// A dot written as `%2e` is a dot (section 2.3). All else stays: empty segments (`//`), escaped slashes (`%2F`),
/// backslashes, parameters (`..;`), the case of escapes.
enum PathNormalizer {
    /// - Parameters:
    ///   - path: `count` bytes that begin with a slash.
    ///   - target: room for `count` bytes, at least one.
    /// - Returns: how many bytes the path has now; nil when it leads above the root.
    static func normalize(
        _ path: UnsafePointer<UInt8>, _ count: Int, into target: UnsafeMutablePointer<UInt8>
    ) -> Int? {
        var length = 0
        var slash = 0
        while slash < count {
            let start = slash + 1
            var end = start
            while end < count, path[end] != ByteClass.slash { end += 1 }
            switch dots(path + start, end - start) {
            case 0:
                (target + length).update(from: path + slash, count: end - slash)
                length += end - slash
            case 1:
                if end == count {
                    target[length] = ByteClass.slash
                    length += 1
                }
            default:
                guard length > 0 else { return nil }
                repeat { length -= 1 } while target[length] != ByteClass.slash
                if end == count {
                    target[length] = ByteClass.slash
                    length += 1
                }
            }
            slash = end
        }
        return length
    }

    /// 1 for the segment `.`, 2 for `..`, 0 for all others.
    private static func dots(_ segment: UnsafePointer<UInt8>, _ count: Int) -> Int {
        guard count > 0, count <= 6 else { return 0 }
        var dots = 0
        var place = 0
        while place < count {
            if segment[place] == ByteClass.dot {
                place += 1
            } else if place + 2 < count, segment[place] == ByteClass.percent,
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
}

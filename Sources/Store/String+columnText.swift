internal import Foundation
internal import RoutingModel

extension String {
    /// The text as it can stand in a column. GRDB ends text at a NUL, so that two names could become one: NUL becomes
    /// U+FFFD. Names from Consul and an operator's words may hold one; in documents JSON escapes it.
    var columnText: String {
        guard hasNUL else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }
}

extension String {
    /// Whether a NUL is in it: asked of every text that is stored, so quickly.
    var hasNUL: Bool {
        utf8.withContiguousStorageIfAvailable { bytes in
            guard let start = bytes.baseAddress else { return false }
            return memchr(start, 0, bytes.count) != nil
        } ?? utf8.contains(0)
    }
}

extension PeerID {
    var columnText: String { description.columnText }
}

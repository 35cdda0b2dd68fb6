internal import RoutingModel

extension String {
    /// The text as it can stand in a column. GRDB ends text at a NUL, so that two names could become one: NUL becomes
    /// U+FFFD. Names from Consul and an operator's words may hold one; in documents JSON escapes it.
    var columnText: String {
        guard utf8.contains(0) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }
}

extension PeerID {
    var columnText: String { description.columnText }
}

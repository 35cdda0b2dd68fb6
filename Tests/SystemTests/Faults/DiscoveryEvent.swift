/// What the ledger tells of how far discovery is believed.
enum DiscoveryEvent: Sendable, CustomStringConvertible {
    /// Its cause has these words.
    case stale(String)
    case recovered
    case held
    case accepted

    var kind: String {
        switch self {
        case .stale: "discovery.stale"
        case .recovered: "discovery.recovered"
        case .held: "discovery.held"
        case .accepted: "discovery.accepted"
        }
    }

    /// Words that its cause must have.
    var cause: String {
        if case .stale(let words) = self { words } else { "" }
    }

    var description: String { cause.isEmpty ? kind : "\(kind) because of '\(cause)'" }
}

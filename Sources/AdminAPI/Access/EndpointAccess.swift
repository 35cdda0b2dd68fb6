internal import RoutingModel

/// Who may use an endpoint.
enum EndpointAccess: Hashable, Sendable {
    /// Everybody, without a token.
    case open
    /// Whoever has a token.
    case anyone
    /// What is read: every role but `worker`.
    case viewer
    /// What changes the rules or what is believed: `operator` and `admin`.
    case `operator`
    /// `admin` only.
    case admin
    /// What workers read: every role.
    case routing
    /// What workers say: `worker`, `operator` and `admin`.
    case worker

    func admits(_ role: AccessRole) -> Bool {
        switch self {
        case .open, .anyone, .routing: true
        case .viewer: role != .worker
        case .operator: role == .operator || role == .admin
        case .admin: role == .admin
        case .worker: role != .viewer
        }
    }

    /// The least role that is admitted.
    var role: AccessRole {
        switch self {
        case .open, .anyone, .routing, .worker: .worker
        case .viewer: .viewer
        case .operator: .operator
        case .admin: .admin
        }
    }
}

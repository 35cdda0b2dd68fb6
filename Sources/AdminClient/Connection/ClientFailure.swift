internal import RoutingModel

/// Why a client command can't do what it was asked.
package enum ClientFailure: Error, Hashable, Sendable {
    /// Nobody answers at the server's address, or not in time.
    case unreachable(String)
    /// There is no token, or none that can be sent.
    case unauthorized(String)
    /// The server answered, and not with what was asked for.
    case refused(Refusal)
    /// What this machine or the operator has to put right: a file, a value, a stale view.
    case failed(String)

    /// What the process ends with: 1 refused or failed, 3 unreachable, 4 not authorized.
    package var exitCode: Int32 {
        switch self {
        case .unreachable: 3
        case .unauthorized: 4
        case .refused(let refusal): refusal.status == 401 || refusal.status == 403 ? 4 : 1
        case .failed: 1
        }
    }

    /// For people: a sentence, then a line for each field that is wrong.
    package var lines: [String] {
        switch self {
        case .unreachable(let text), .unauthorized(let text), .failed(let text): [text]
        case .refused(let refusal): refusal.lines
        }
    }
}

extension ClientFailure: CustomStringConvertible {
    package var description: String { lines.joined(separator: "\n") }
}

import AdminClient
import ArgumentParser
import RoutingModel

/// Puts an operator's word on one peer after the other; a refusal of one doesn't keep the others from it.
struct OverrideWriter {
    let session: ClientSession
    let options: WriteOptions
    /// What was done, for people: `drained`.
    let verb: String

    /// - Throws: `ClientFailure` when a peer was refused, after all were tried; `ExitCode` 2 for a dry run with changes.
    func apply(_ edit: OverrideEdit, to peers: [String]) async throws {
        var refused = 0
        var differs = false
        for peer in peers {
            do {
                try await apply(edit, to: peer)
            } catch let failure as ClientFailure where failure.isOfOnePeer {
                refused += 1
                session.console.fail(["\(peer): \(failure.lines[0])"] + failure.lines.dropFirst())
            } catch let code as ExitCode where code.rawValue == 2 {
                differs = true
            }
        }
        if refused > 0 {
            throw ClientFailure.failed(
                "\(refused) of \(peers.count) \(peers.count == 1 ? "peer was" : "peers were") not \(verb).")
        }
        if differs { throw ExitCode(2) }
    }

    private func apply(_ edit: OverrideEdit, to peer: String) async throws {
        guard let answer = try await session.connection.edit(edit, of: peer, { options.request($0, $1) }) else {
            return try session.console.done("peer \(peer) has no override")
        }
        if try answer.json()["known"]?.bool == false {
            session.console.warn("no peer with the id \(peer) is known now; the override waits for it.")
        }
        try session.finish(answer, options) { _ in "peer \(peer) \(verb)" }
    }
}

extension ClientFailure {
    /// Whether the next peer may fare better.
    fileprivate var isOfOnePeer: Bool {
        guard case .refused(let refusal) = self else { return false }
        return [404, 409, 412, 422].contains(refusal.status)
    }
}

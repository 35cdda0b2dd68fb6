import AdminClient
import ArgumentParser
import RoutingModel

/// Puts an operator's word on one peer after the other; a refusal of one doesn't keep the others from it.
struct OverrideWriter {
    let session: ClientSession
    let options: WriteOptions
    /// What was done, for people: `drained`.
    let verb: String

    /// How often somebody else's change of the same override may come in between.
    private static let attempts = 3

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
        let path = RequestPath("v1", "peers", peer, "override")
        for attempt in 1...Self.attempts {
            let existing = try await session.connection.find(path)
            let value = try existing?.json()
            var request: AdminRequest
            if let document = edit.document(over: value) {
                request = try options.request("PUT", path).with(document)
                    .with(header: "If-None-Match", existing == nil ? "*" : nil)
            } else {
                guard existing != nil else {
                    try session.console.done("peer \(peer) has no override")
                    return
                }
                request = options.request("DELETE", path)
            }
            request = request.with(header: "If-Match", existing?.etag)
            do {
                let answer = try await session.connection.send(request)
                if try answer.json()["known"]?.bool == false {
                    session.console.warn("no peer with the id \(peer) is known now; the override waits for it.")
                }
                return try session.finish(answer, options) { _ in "peer \(peer) \(verb)" }
            } catch ClientFailure.refused(let refusal) where refusal.status == 412 && attempt < Self.attempts {
                continue
            }
        }
    }
}

extension ClientFailure {
    /// Whether the next peer may fare better.
    fileprivate var isOfOnePeer: Bool {
        guard case .refused(let refusal) = self else { return false }
        return [404, 409, 412, 422].contains(refusal.status)
    }
}

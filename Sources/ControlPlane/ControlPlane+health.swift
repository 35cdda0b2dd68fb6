internal import HashTreeCollections
package import RoutingEngine
package import RoutingModel

extension ControlPlane {
    /// A worker tells what it holds peers for: everybody of whom there is something to say. Who has been ejected since
    /// its last word, or is back, goes into the ledger, within `PeerHealthBook`'s limits. A worker that isn't live is
    /// passed over: what it said is forgotten when it is lost.
    /// - Parameters:
    ///   - worker: its id.
    ///   - now: when the report came.
    package func take(_ states: [WorkerReport.PeerState], from worker: String, at now: Timestamp = .now()) {
        guard workerRegistry[worker]?.state == .live else { return }
        let groups = resolution.groups
        let news = peerHealthBook.take(states, from: worker, at: clock.now) { key in
            groups[key.group]?.member(key.peer) != nil
        }
        if peerHealthBook.count > WorkerRegistry.limit { peerHealthBook.forget { workerRegistry[$0] != nil } }
        guard !news.isEmpty else { return }
        record(CatalogCommit(entries: news.map { entry(for: $0, of: worker, at: now) }))
    }

    /// What workers hold each of these peers for; empty for those of whom none has anything to say.
    package func workersHealth(of peers: [ResolvedPeer]) -> [[WorkerPeerHealth]] {
        peers.map { peerHealthBook.health(of: .init(group: $0.group, peer: $0.id)) }
    }

    private func entry(for news: PeerHealthBook.News, of worker: String, at now: Timestamp) -> LedgerEntry {
        let group = news.key.group
        // A listed address is of no service.
        let isListed = resolution.groups[group]?.member(news.key.peer)?.service == nil
        var after: [String: JSONValue] = ["health": .string((news.state?.health ?? .healthy).rawValue)]
        if news.isEjection, let until = news.state?.until { after["until"] = .string(until.description) }
        let leftOut =
            switch news.leftOut {
            case 0: ""
            case 1: " A change before this one was left out."
            default: " \(news.leftOut) changes before this one were left out."
            }
        let cause =
            news.isEjection ? "Worker \(worker) holds it for unable to serve." : "Worker \(worker) uses it again."
        return LedgerEntry(
            at: now, kind: news.isEjection ? .peerEjected : .peerRestored, actor: "worker:\(worker)",
            service: isListed ? nil : rules.groups[group]?.value.consul?.key.description, peer: news.key.peer,
            groups: [group], worker: worker, before: ["health": .string(news.before.rawValue)], after: .object(after),
            reason: news.state.map { String($0.reason.prefix(500)) }, cause: cause + leftOut,
            revision: rules.revision, index: published.snapshot.index)
    }
}

internal import RoutingModel

/// What workers hold peers for, and what of it the ledger has been told. Pure: times come in with every event.
///
/// The ledger's words follow the workers' as closely as these limits allow, and catch up when there is room again: a
/// peer that is ejected and back within a moment, again and again, isn't worth an entry each time.
/// - Of one peer as one worker sees it: 6 entries in 10 minutes.
/// - Of one worker: 120 a minute. A worker that can't reach anybody ejects everybody.
/// - Of all workers: 600 a minute.
struct PeerHealthBook {
    struct Key: Hashable {
        let group: String
        let peer: PeerID
    }

    /// Something for the ledger.
    struct News: Equatable {
        let key: Key
        let before: WorkerReport.PeerState.Health
        /// Nil: the worker doesn't speak of the peer any more, since there is nothing to say.
        let state: WorkerReport.PeerState?
        /// Changes before this one that the ledger doesn't have.
        let leftOut: Int

        var isEjection: Bool { state.map { $0.health != .healthy } ?? false }
    }

    private struct Seen {
        /// Nil: nothing to say, so it is well.
        var state: WorkerReport.PeerState?
        var told = WorkerReport.PeerState.Health.healthy
        var leftOut = 0
        var allowance = EntryAllowance(6, in: .seconds(600))

        var health: WorkerReport.PeerState.Health { state?.health ?? .healthy }
        var isUntold: Bool { (health == .healthy) != (told == .healthy) }
    }

    private struct Worker {
        var peers: [Key: Seen] = [:]
        var allowance = EntryAllowance(120, in: .seconds(60))
    }

    private var workers: [String: Worker] = [:]
    /// Who speaks of a peer.
    private var speakers: [Key: Set<String>] = [:]
    /// Of whom a worker speaks.
    private var spoken: [String: Set<Key>] = [:]
    private var allowance = EntryAllowance(600, in: .seconds(60))

    /// Workers that are shown for one peer; those that hold it for unable to serve come first.
    static let shown = 100

    /// How many workers have said something.
    var count: Int { workers.count }

    /// A worker's report has come: it names everybody of whom there is something to say.
    /// - Parameter isMember: whether a group has a peer; what is said of others is passed over, and peers that have
    ///   left their group are forgotten without a word.
    /// - Returns: what the ledger is to be told, by group and peer.
    mutating func take(
        _ states: [WorkerReport.PeerState], from id: String, at now: ContinuousClock.Instant,
        isMember: (Key) -> Bool
    ) -> [News] {
        var worker = workers.removeValue(forKey: id) ?? Worker()
        var said: [Key: WorkerReport.PeerState] = [:]
        for state in states { said[Key(group: state.group, peer: state.peer)] = state }
        var news: [News] = []
        // In order, so that what there is no room for is the same each time.
        for key in Set(said.keys).union(worker.peers.keys).sorted(by: Self.inOrder) {
            guard isMember(key) else {
                worker.peers[key] = nil
                continue
            }
            var seen = worker.peers[key] ?? Seen()
            let was = seen.health
            seen.state = said[key]
            let hasChanged = (was == .healthy) != (seen.health == .healthy)
            if seen.isUntold, mayTell(seen, worker, at: now) {
                news.append(News(key: key, before: seen.told, state: seen.state, leftOut: seen.leftOut))
                seen.told = seen.health
                seen.leftOut = 0
                seen.allowance.take(at: now)
                worker.allowance.take(at: now)
                allowance.take(at: now)
            } else if hasChanged {
                seen.leftOut += 1
            }
            let isOver = seen.state == nil && !seen.isUntold && seen.allowance.isUntouched(at: now)
            worker.peers[key] = isOver ? nil : seen
        }
        note(worker, of: id)
        return news
    }

    /// The worker is lost: what it said last counts no more.
    mutating func forget(_ id: String) {
        workers[id] = nil
        for key in spoken.removeValue(forKey: id) ?? [] { unlist(id, key) }
    }

    /// Forgets all workers but those that `isKnown`.
    mutating func forget(unless isKnown: (String) -> Bool) {
        for id in workers.keys where !isKnown(id) { forget(id) }
    }

    /// What workers say of a peer: first those that hold it for unable to serve, by id; `shown` at most.
    func health(of key: Key) -> [WorkerPeerHealth] {
        guard let ids = speakers[key] else { return [] }
        let all = ids.compactMap { id in workers[id]?.peers[key]?.state.map { WorkerPeerHealth(id, $0) } }
        let ordered = all.sorted { left, right in
            if (left.health == .healthy) != (right.health == .healthy) { return left.health != .healthy }
            return left.worker < right.worker
        }
        return Array(ordered.prefix(Self.shown))
    }

    private func mayTell(_ seen: Seen, _ worker: Worker, at now: ContinuousClock.Instant) -> Bool {
        seen.allowance.hasLeft(at: now) && worker.allowance.hasLeft(at: now) && allowance.hasLeft(at: now)
    }

    private mutating func note(_ worker: Worker, of id: String) {
        let before = spoken[id] ?? []
        let after = Set(worker.peers.lazy.filter { $0.value.state != nil }.map(\.key))
        for key in before where !after.contains(key) { unlist(id, key) }
        for key in after where !before.contains(key) { speakers[key, default: []].insert(id) }
        spoken[id] = after.isEmpty ? nil : after
        workers[id] = worker.peers.isEmpty ? nil : worker
    }

    private mutating func unlist(_ id: String, _ key: Key) {
        speakers[key]?.remove(id)
        if speakers[key]?.isEmpty == true { speakers[key] = nil }
    }

    private static func inOrder(_ left: Key, _ right: Key) -> Bool {
        (left.group, left.peer) < (right.group, right.peer)
    }
}

internal import HashTreeCollections
internal import Logging
internal import RoutingEngine
package import RoutingModel

extension ControlPlane {
    /// Counts who became usable or ceased to be in `fold`, which is in the catalog already, and keeps those out who do
    /// so too often.
    /// - Returns: who is kept out from now on.
    func countFlaps(_ fold: CatalogFold, known: CatalogService) -> [InstanceDamping] {
        // All instances join with the first answer.
        guard configuration.damping.changes > 0, !fold.changes.isEmpty, known.watch.state != .pending else { return [] }
        let key = known.key
        let selectors = resolution.groups(of: key).compactMap { rules.groups[$0]?.value.consul }
        let now = clock.now
        var dampened: [InstanceDamping] = []
        // One change of an instance may have several aspects.
        var seen: Set<PeerID> = []
        for change in fold.changes {
            guard let instance = change.after ?? change.before, seen.insert(instance.id).inserted,
                Self.isUsable(change.before, selectors) != Self.isUsable(change.after, selectors),
                let penalty = damper.changed(.init(service: key, id: instance.id), at: now)
            else { continue }
            let damping = Damping(
                changes: penalty.changes, since: timestamp(of: penalty.since), until: timestamp(of: penalty.until))
            if known.dampened[instance.id] == nil { dampened.append((instance, damping)) }
            catalog.services[key]?.dampened[instance.id] = damping
        }
        if !dampened.isEmpty || !known.dampened.isEmpty { awaitRelease() }
        return dampened
    }

    typealias InstanceDamping = (instance: Instance, damping: Damping)

    /// What the ledger says of `dampened`.
    func entries(for dampened: [InstanceDamping], in key: ServiceKey, at: Timestamp, index: Int) -> [LedgerEntry] {
        dampened.map { instance, damping in
            logger.notice(
                "A peer comes and goes: it is kept out for a while",
                metadata: ["service": "\(key)", "peer": "\(instance.id)", "until": "\(damping.until)"])
            return LedgerEntry(
                at: at, kind: .peerDampened, actor: "signalbox", service: key.description, peer: instance.id,
                groups: groups(of: [instance], in: key),
                after: [
                    "changes": .integer(Int64(damping.changes)), "since": .string(damping.since.description),
                    "until": .string(damping.until.description),
                ],
                cause: "Its usability changed \(damping.changes) times since \(damping.since).",
                consulIndex: catalog.services[key]?.watch.consulIndex, revision: rules.revision, index: index)
        }
    }

    /// Lets a peer back in before its time.
    /// - Parameters:
    ///   - author: who says so, for the ledger: `token:NAME`.
    ///   - reason: why, in the author's words.
    /// - Throws: `Problem`: `not_found` when it isn't kept out.
    package func resetDamping(of id: PeerID, author: String, reason: String? = nil) throws {
        let peers = damper.penalties.keys.filter { $0.id == id }.sorted { $0.service < $1.service }
        guard !peers.isEmpty else {
            throw Problem(.notFound, "Peer '\(id)' is not dampened.")
        }
        for peer in peers { damper.reset(peer) }
        letBack(peers, actor: author, reason: reason, cause: "Its damping was reset.")
        awaitRelease()
    }

    /// How many peers are kept out.
    var dampenedCount: Int { damper.penalties.count }

    /// Sees to it that whoever is to come back next does so in time.
    func awaitRelease() {
        let next = damper.nextRelease
        guard next != releaseAt else { return }
        releasing?.cancel()
        releasing = nil
        releaseAt = next
        guard let next else { return }
        releasing = Task {
            do { try await self.clock.sleep(until: next) } catch { return }
            self.releaseDampened()
        }
    }

    private func releaseDampened() {
        guard !isShuttingDown else { return }
        releaseAt = nil
        letBack(damper.release(at: clock.now), actor: "signalbox", cause: "It stayed calm.")
        awaitRelease()
    }

    private func letBack(_ peers: [FlapDamper.Peer], actor: String, reason: String? = nil, cause: String) {
        let now = Timestamp.now()
        for (key, peers) in Dictionary(grouping: peers, by: \.service).sorted(by: { $0.key < $1.key }) {
            guard let service = catalog.services[key] else { continue }
            for peer in peers { catalog.services[key]?.dampened[peer.id] = nil }
            let index = settle(key)
            record(
                CatalogCommit(
                    entries: peers.map { peer in
                        LedgerEntry(
                            at: now, kind: .peerReleased, actor: actor, service: key.description, peer: peer.id,
                            groups: groups(of: service.instances[peer.id].map { [$0] } ?? [], in: key),
                            reason: reason, cause: cause, consulIndex: service.watch.consulIndex,
                            revision: rules.revision, index: index)
                    }))
        }
    }

    /// Whether any of the groups would use the instance, as far as its health goes.
    private static func isUsable(_ instance: Instance?, _ selectors: [ConsulSelector]) -> Bool {
        guard let instance else { return false }
        return selectors.contains { selector in
            guard selector.selects(instance) else { return false }
            return instance.health == .passing || (instance.health == .warning && selector.includeWarning)
        }
    }

    private func timestamp(of instant: ContinuousClock.Instant) -> Timestamp {
        let away = (instant - clock.now) / .milliseconds(1)
        return Timestamp(milliseconds: Timestamp.now().milliseconds + Int64(away.rounded()))
    }
}

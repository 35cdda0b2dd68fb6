internal import HashTreeCollections
internal import Logging
internal import Metrics
internal import RoutingEngine
package import RoutingModel

extension ControlPlane {
    /// Takes in what discovery finds until its stream ends.
    package func followDiscovery() async {
        guard let discovery else { return }
        for await observation in discovery.observations { observe(observation) }
    }

    /// Takes in one observation; an answer that would take too much away is confirmed first.
    package func observe(_ observation: ServiceObservation) {
        // A last answer may come in after the last group that named the service has gone.
        guard let known = catalog.services[observation.key] else { return }
        perform(discoveryGuard.observed(observation, alarm: alarm(at: observation, known: known)))
    }

    /// Folds one observation into the catalog, resolves what it touches, publishes, and has the ledger told.
    package func believe(_ observation: ServiceObservation) {
        guard let known = catalog.services[observation.key] else { return }
        let fold = CatalogFold(observation, into: known)
        take(
            fold, known: known, at: observation.at,
            cause: restored.contains(observation.key) ? "Changed while Signalbox was not watching." : nil)
        if case .answer = observation.outcome { restored.remove(observation.key) }
    }

    /// Makes `fold` what is known of its service.
    /// - Parameters:
    ///   - at: when it became known, for the ledger.
    ///   - actor: who made it so, and `cause`, what: both for the entries about peers.
    ///   - isNews: whether it is of the instances' own making that they come and go.
    ///   - opening: an entry that goes before the others, with their index.
    func take(
        _ fold: CatalogFold, known: CatalogService, at: Timestamp, actor: String = "consul", cause: String? = nil,
        isNews: Bool = true, opening: LedgerEntry? = nil
    ) {
        let key = known.key
        let restarts = fold.service.watch.restarts - known.watch.restarts
        if restarts > 0 { Counter(label: "signalbox_discovery_watch_restarts").increment(by: restarts) }
        catalog.services[key] = fold.service
        discoveryGuard.knows(fold.service)
        let dampened = isNews ? countFlaps(fold, known: known) : []
        let index = fold.changes.isEmpty ? indexOfNow : settle(key)
        var opening = opening
        opening?.index = index
        let entries =
            (opening.map { [$0] } ?? []) + entries(for: fold, at: at, actor: actor, cause: cause, index: index)
            + entries(for: dampened, in: key, at: at, index: index)
        remember(fold, known: known, entries: entries)
    }

    /// Resolves the groups of a service anew, and publishes what workers would notice.
    /// - Returns: the first index that has it.
    @discardableResult
    func settle(_ key: ServiceKey) -> Int {
        var isVisible = false
        for name in resolution.groups(of: key)
        where resolution.update(
            group: name, rules.groups[name]?.value, catalog: catalog, overrides: rules.overrides)
        {
            isVisible = true
        }
        // With the window open the change takes effect in the next snapshot, else in the one that is made here.
        if isVisible { changed() }
        return indexOfNow
    }

    /// The first index that has all that is known now.
    var indexOfNow: Int { isDirty ? published.snapshot.index + 1 : published.snapshot.index }

    private func entries(
        for fold: CatalogFold, at: Timestamp, actor: String, cause: String?, index: Int
    ) -> [LedgerEntry] {
        let key = fold.service.key
        var entries: [LedgerEntry] = []
        switch (fold.service.watch.state, announcedStale.contains(key)) {
        case (.stale, false):
            announcedStale.insert(key)
            entries.append(
                LedgerEntry(
                    at: at, kind: .discoveryStale, actor: "consul", service: key.description,
                    groups: resolution.groups(of: key), cause: fold.service.watch.lastError,
                    consulIndex: fold.service.watch.consulIndex, revision: rules.revision, index: index))
            logger.warning(
                "Discovery of a service is stale: its last known peers stay",
                metadata: ["service": "\(key)", "error": "\(fold.service.watch.lastError ?? "")"])
        case (.fresh, true):
            announcedStale.remove(key)
            announcedHeld.remove(key)
            entries.append(
                LedgerEntry(
                    at: at, kind: .discoveryRecovered, actor: "consul", service: key.description,
                    groups: resolution.groups(of: key), consulIndex: fold.service.watch.consulIndex,
                    revision: rules.revision, index: index))
            logger.notice("Discovery of a service has recovered", metadata: ["service": "\(key)"])
        default: break
        }
        for change in fold.changes {
            entries.append(
                LedgerEntry(
                    at: at, kind: change.kind, actor: actor, service: key.description, peer: change.id,
                    groups: groups(of: [change.before, change.after].compactMap { $0 }, in: key),
                    before: change.facts(of: change.before),
                    after: change.facts(of: change.after), cause: cause,
                    consulIndex: fold.service.watch.consulIndex, revision: rules.revision, index: index))
        }
        return entries
    }

    /// The groups that take any of these instances of a service.
    func groups(of instances: [Instance], in key: ServiceKey) -> [String] {
        resolution.groups(of: key).filter { name in
            guard let selector = rules.groups[name]?.value.consul else { return false }
            return instances.contains(where: selector.selects)
        }
    }

    /// Has the store keep what is known now, when there is something new to keep.
    private func remember(_ fold: CatalogFold, known: CatalogService, entries: [LedgerEntry]) {
        let key = fold.service.key
        let now = clock.now
        let isDue = recordedAt[key].map { now - $0 >= configuration.catalogRefresh } ?? true
        let isAnswer = fold.service.watch.answers != known.watch.answers
        guard !entries.isEmpty || fold.service.skipped != known.skipped || (isDue && isAnswer) else { return }
        recordedAt[key] = now
        var commit = CatalogCommit(services: [fold.service], entries: entries)
        var changed: [PeerID: Instance] = [:]
        for change in fold.changes {
            if let after = change.after {
                changed[after.id] = after
            } else if let id = change.id {
                commit.removed[key, default: []].append(id)
            }
        }
        if !changed.isEmpty { commit.changed[key] = changed.values.sorted { $0.id < $1.id } }
        record(commit)
    }
}

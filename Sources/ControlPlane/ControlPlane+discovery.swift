internal import HashTreeCollections
internal import Logging
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
        if let alarm = alarm(at: observation, known: known) { return confirm(observation.key, alarm) }
        // An answer that takes nothing away settles what an earlier one has asked; a failure doesn't.
        if case .answer = observation.outcome { confirmations[observation.key] = nil }
        believe(observation)
    }

    /// Folds one observation into the catalog, resolves what it touches, publishes, and has the ledger told.
    package func believe(_ observation: ServiceObservation) {
        guard let known = catalog.services[observation.key] else { return }
        let fold = CatalogFold(observation, into: known)
        catalog.services[observation.key] = fold.service

        let groups = resolution.groups(of: observation.key)
        var isVisible = false
        if !fold.changes.isEmpty {
            for name in groups where resolution.update(group: name, rules.groups[name]?.value, catalog: catalog) {
                isVisible = true
            }
        }
        // With the window open the change takes effect in the next snapshot, else in the one that is made here.
        if isVisible { changed() }
        let index = isDirty ? published.snapshot.index + 1 : published.snapshot.index

        let entries = entries(for: fold, observation, index: index)
        remember(fold, known: known, entries: entries)
        if restored.contains(observation.key), case .answer = observation.outcome { restored.remove(observation.key) }
    }

    private func entries(for fold: CatalogFold, _ observation: ServiceObservation, index: Int) -> [LedgerEntry] {
        let key = observation.key
        var entries: [LedgerEntry] = []
        switch (fold.service.watch.state, announcedStale.contains(key)) {
        case (.stale, false):
            announcedStale.insert(key)
            entries.append(
                LedgerEntry(
                    at: observation.at, kind: .discoveryStale, actor: "consul", service: key.description,
                    groups: resolution.groups(of: key), cause: fold.service.watch.lastError,
                    consulIndex: fold.service.watch.consulIndex, revision: rules.revision, index: index))
            logger.warning(
                "Discovery of a service is stale: its last known peers stay",
                metadata: ["service": "\(key)", "error": "\(fold.service.watch.lastError ?? "")"])
        case (.fresh, true):
            announcedStale.remove(key)
            entries.append(
                LedgerEntry(
                    at: observation.at, kind: .discoveryRecovered, actor: "consul", service: key.description,
                    groups: resolution.groups(of: key), consulIndex: fold.service.watch.consulIndex,
                    revision: rules.revision, index: index))
            logger.notice("Discovery of a service has recovered", metadata: ["service": "\(key)"])
        default: break
        }
        let cause = restored.contains(key) ? "Changed while Signalbox was not watching." : nil
        for change in fold.changes {
            entries.append(
                LedgerEntry(
                    at: observation.at, kind: change.kind, actor: "consul", service: key.description, peer: change.id,
                    groups: groups(of: change, in: key), before: change.facts(of: change.before),
                    after: change.facts(of: change.after), cause: cause,
                    consulIndex: fold.service.watch.consulIndex, revision: rules.revision, index: index))
        }
        return entries
    }

    /// The groups that an instance belongs to, before or after.
    private func groups(of change: InstanceChange, in key: ServiceKey) -> [String] {
        resolution.groups(of: key).filter { name in
            guard let selector = rules.groups[name]?.value.consul else { return false }
            return [change.before, change.after].compactMap { $0 }.contains(where: selector.selects)
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

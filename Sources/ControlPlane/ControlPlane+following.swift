internal import HashTreeCollections
internal import RoutingEngine
internal import RoutingModel

extension ControlPlane {
    /// Watches what the rules name now and forgets what they don't, of the services that a change has touched.
    /// - Parameters:
    ///   - touched: with the groups that name them or did.
    ///   - author: whose change it was.
    func follow(_ touched: [ServiceKey: Set<String>], author: String) {
        var forgotten: [ServiceKey] = []
        var isNew = false
        var left: [LedgerEntry] = []
        for (key, groups) in touched.sorted(by: { $0.key < $1.key }) {
            let isNamed = resolution.isNamed(key)
            if isNamed, catalog.services[key] == nil {
                catalog.services[key] = CatalogService(key: key)
                isNew = true
            } else if !isNamed, catalog.services[key] != nil {
                if let service = catalog.services[key] {
                    left += Self.entries(
                        forgetting: service, groups: groups.sorted(), actor: author, revision: rules.revision,
                        index: published.snapshot.index + 1)
                }
                forget(key)
                forgotten.append(key)
            }
        }
        if !forgotten.isEmpty {
            awaitRelease()
            record(CatalogCommit(forgotten: forgotten, entries: left))
            // At once: a service that comes back must be asked about anew, so discovery has to see it go.
            tellDiscovery()
        } else if isNew {
            tellDiscoverySoon()
        }
    }

    /// What the ledger says when a service isn't watched any more: so it tells at any time who the peers were.
    static func entries(
        forgetting service: CatalogService, groups: [String], actor: String = "signalbox", revision: Int, index: Int
    ) -> [LedgerEntry] {
        let at = Timestamp.now()
        return service.sortedInstances.map { instance in
            let change = InstanceChange(kind: .peerLeft, before: instance, after: nil)
            return LedgerEntry(
                at: at, kind: .peerLeft, actor: actor, service: service.key.description, peer: instance.id,
                groups: groups, before: change.facts(of: instance), cause: "No group names the service any more.",
                revision: revision, index: index)
        }
    }

    private func forget(_ key: ServiceKey) {
        catalog.services[key] = nil
        recordedAt[key] = nil
        announcedStale.remove(key)
        restored.remove(key)
        announcedHeld.remove(key)
        discoveryGuard.forget(key)
        damper.forget(key)
    }

    private func tellDiscovery() {
        toldDiscoveryAt = clock.now
        discovery?.watch(Set(catalog.services.keys))
    }

    /// At once, or together with others when many come: the whole set is told each time.
    private func tellDiscoverySoon() {
        let pause = Duration.milliseconds(20)
        guard !isAboutToTell else { return }
        if toldDiscoveryAt.map({ clock.now - $0 > pause }) ?? true { return tellDiscovery() }
        isAboutToTell = true
        Task {
            try? await self.clock.sleep(for: pause)
            self.isAboutToTell = false
            self.tellDiscovery()
        }
    }
}

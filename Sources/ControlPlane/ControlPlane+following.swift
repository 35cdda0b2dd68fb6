internal import HashTreeCollections
internal import RoutingEngine
internal import RoutingModel

extension ControlPlane {
    /// Watches what the rules name now and forgets what they don't, of the services that a change has touched.
    func follow(_ touched: Set<ServiceKey>) {
        var forgotten: [ServiceKey] = []
        var isNew = false
        for key in touched.sorted() {
            let isNamed = resolution.isNamed(key)
            if isNamed, catalog.services[key] == nil {
                catalog.services[key] = CatalogService(key: key)
                isNew = true
            } else if !isNamed, catalog.services[key] != nil {
                forget(key)
                forgotten.append(key)
            }
        }
        if !forgotten.isEmpty {
            awaitRelease()
            record(CatalogCommit(forgotten: forgotten))
            // At once: a service that comes back must be asked about anew, so discovery has to see it go.
            tellDiscovery()
        } else if isNew {
            tellDiscoverySoon()
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

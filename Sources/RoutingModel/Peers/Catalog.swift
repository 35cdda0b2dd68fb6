package import HashTreeCollections

/// Every watched service, as last known.
package struct Catalog: Hashable, Sendable {
    package var services: TreeDictionary<ServiceKey, CatalogService>

    package init(services: TreeDictionary<ServiceKey, CatalogService> = [:]) { self.services = services }

    /// The service that an instance is of.
    package func service(of peer: PeerID) -> ServiceKey? {
        services.values.first { $0.instances[peer] != nil }?.key
    }

    /// Which of `peers` are instances of which service, found in one pass; services without any are left out.
    package func members(among peers: Set<PeerID>) -> [(service: ServiceKey, peers: [PeerID])] {
        guard !peers.isEmpty else { return [] }
        return services.values.compactMap { service in
            let found =
                peers.count < service.instances.count
                ? peers.filter { service.instances[$0] != nil }.map { $0 }
                : service.instances.keys.filter { peers.contains($0) }
            return found.isEmpty ? nil : (service.key, found)
        }
    }

    package init(_ services: some Sequence<CatalogService>) {
        self.services = TreeDictionary(services.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
    }
}

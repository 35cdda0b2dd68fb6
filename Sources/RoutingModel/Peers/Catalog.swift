package import HashTreeCollections

/// Every watched service, as last known.
package struct Catalog: Hashable, Sendable {
    package var services: TreeDictionary<ServiceKey, CatalogService>

    package init(services: TreeDictionary<ServiceKey, CatalogService> = [:]) { self.services = services }

    /// The service that an instance is of.
    package func service(of peer: PeerID) -> ServiceKey? {
        services.values.first { $0.instances[peer] != nil }?.key
    }

    package init(_ services: some Sequence<CatalogService>) {
        self.services = TreeDictionary(services.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
    }
}

package import HashTreeCollections

/// Every watched service, as last known.
package struct Catalog: Hashable, Sendable {
    package var services: TreeDictionary<ServiceKey, CatalogService>

    package init(services: TreeDictionary<ServiceKey, CatalogService> = [:]) { self.services = services }

    package init(_ services: some Sequence<CatalogService>) {
        self.services = TreeDictionary(services.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
    }
}

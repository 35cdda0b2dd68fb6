/// Every watched service, as last known.
package struct Catalog: Hashable, Sendable {
    package var services: [ServiceKey: CatalogService]

    package init(services: [ServiceKey: CatalogService] = [:]) { self.services = services }

    package init(_ services: some Sequence<CatalogService>) {
        self.services = Dictionary(services.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
    }
}

internal import ControlPlane
internal import HashTreeCollections
internal import Hummingbird
internal import RoutingEngine
internal import RoutingModel

/// What is known of services and of peers.
struct CatalogHandlers {
    let controlPlane: ControlPlane

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("services") { request, _ in try await services(request) }
        v1.get("services/{name}") { request, context in try await service(request, context) }
        v1.get("peers") { request, _ in try await peers(request) }
    }

    private func services(_ request: Request) async throws -> Response {
        let query = QueryParameters(request, known: Paging.parameters)
        let paging = Paging(query)
        try query.check()
        let catalog = await controlPlane.currentCatalog
        let (items, next) = paging.page(catalog.services.values.sorted { $0.key < $1.key }) {
            // Below every printable character, so that the text's order is the keys' order.
            "\($0.key.name)\u{1}\($0.key.datacenter)"
        }
        return .list(try items.map { try CanonicalJSON.text(ServiceDocument($0)) }, next: next)
    }

    private func service(_ request: Request, _ context: AdminContext) async throws -> Response {
        let query = QueryParameters(request, known: ["datacenter"])
        let datacenter = query.text("datacenter")
        try query.check()
        let name = try context.segment("name")
        let key = ServiceKey(name: name, datacenter: datacenter ?? "")
        let services = await controlPlane.currentCatalog.services
        // A service that is watched in one datacenter only needs no further naming.
        let namesakes = services.values.filter { $0.key.name == name }
        guard let found = services[key] ?? (datacenter == nil && namesakes.count == 1 ? namesakes[0] : nil)
        else {
            throw Problem(
                .notFound, "Service '\(key)' is not watched: no group names it.",
                errors: namesakes.map {
                    FieldProblem(pointer: "/datacenter", code: "ambiguous", message: "could be '\($0.key.datacenter)'")
                })
        }
        return try .json(ServiceDocument(found))
    }

    private func peers(_ request: Request) async throws -> Response {
        let query = QueryParameters(request, known: Paging.parameters.union(["service", "group"]))
        let paging = Paging(query)
        let service = query.text("service")
        let group = query.text("group")
        try query.check()
        let peers = await controlPlane.currentGroups.values
            .filter { group == nil || $0.name == group }
            .flatMap(\.peers)
            .filter { service == nil || $0.service == service }
            .map { (key: "\($0.group)\u{1}\($0.id)", peer: $0) }
            .sorted { $0.key < $1.key }
        let (items, next) = paging.page(peers, key: \.key)
        return .list(try items.map { try CanonicalJSON.text($0.peer) }, next: next)
    }
}

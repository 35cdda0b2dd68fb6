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
        v1.post("services/{name}/accept") { request, context in try await accept(request, context) }
        v1.get("peers") { request, _ in try await peers(request) }
        v1.delete("peers/{id}/damping") { request, context in try await resetDamping(request, context) }
    }

    private func services(_ request: Request) async throws -> Response {
        let query = QueryParameters(request, known: Paging.parameters)
        let paging = Paging(query)
        try query.check()
        let (catalog, held) = await controlPlane.currentServices
        let (items, next) = paging.page(catalog.services.values.sorted { $0.key < $1.key }) {
            // Below every printable character, so that the text's order is the keys' order.
            "\($0.key.name)\u{1}\($0.key.datacenter)"
        }
        return .list(try items.map { try CanonicalJSON.text(document($0, held)) }, next: next)
    }

    private func service(_ request: Request, _ context: AdminContext) async throws -> Response {
        let (catalog, held) = await controlPlane.currentServices
        return try .json(document(try Self.find(request, context, in: catalog), held))
    }

    private func accept(_ request: Request, _ context: AdminContext) async throws -> Response {
        let key = try Self.find(request, context, in: await controlPlane.currentCatalog).key
        try await controlPlane.accept(key, author: context.actor, reason: request.changeMessage)
        let (catalog, held) = await controlPlane.currentServices
        return try .json(document(try Self.find(request, context, in: catalog), held))
    }

    private func document(_ service: CatalogService, _ held: [ServiceKey: HeldAnswer]) -> ServiceDocument {
        ServiceDocument(service, held: held[service.key], bound: controlPlane.stalenessBound)
    }

    /// The service that the path names, in the datacenter that the query names.
    private static func find(
        _ request: Request, _ context: AdminContext, in catalog: Catalog
    ) throws -> CatalogService {
        let query = QueryParameters(request, known: ["datacenter"])
        let datacenter = query.text("datacenter")
        try query.check()
        let name = try context.segment("name")
        let key = ServiceKey(name: name, datacenter: datacenter ?? "")
        // A service that is watched in one datacenter only needs no further naming.
        let namesakes = catalog.services.values.filter { $0.key.name == name }
        guard
            let found = catalog.services[key] ?? (datacenter == nil && namesakes.count == 1 ? namesakes[0] : nil)
        else {
            throw Problem(
                .notFound, "Service '\(key)' is not watched: no group names it.",
                errors: namesakes.map {
                    FieldProblem(pointer: "/datacenter", code: "ambiguous", message: "could be '\($0.key.datacenter)'")
                })
        }
        return found
    }

    private func resetDamping(_ request: Request, _ context: AdminContext) async throws -> Response {
        try QueryParameters.refuseAll(request)
        let id = PeerID(try context.segment("id"))
        try await controlPlane.resetDamping(of: id, author: context.actor, reason: request.changeMessage)
        return Response(status: .noContent)
    }

    private func peers(_ request: Request) async throws -> Response {
        let query = QueryParameters(request, known: Paging.parameters.union(["service", "group", "at"]))
        let paging = Paging(query)
        let service = query.text("service")
        let group = query.text("group")
        let moment = query.moment("at")
        try query.check()
        let groups: [ResolvedGroup]
        if let moment {
            let past = try await controlPlane.state(at: moment).resolution.groups
            groups = past.values.filter { group == nil || $0.name == group }
        } else {
            groups = await controlPlane.groups(named: group, ofService: service)
        }
        // Of one group they are in order already.
        let peers = groups.sorted { $0.name < $1.name }.flatMap(\.peers)
            .filter { service == nil || $0.service == service }
            .map { (key: "\($0.group)\u{1}\($0.id)", peer: $0) }
        let (items, next) = paging.page(peers, key: \.key)
        let page = items.map(\.peer)
        let workers = moment == nil ? await controlPlane.workersHealth(of: page) : []
        return .list(
            try page.enumerated().map { try Self.text($1, workers.isEmpty ? [] : workers[$0]) }, next: next)
    }

    /// A peer's document. Its last member is `weight`, so what workers say comes behind it.
    private static func text(_ peer: ResolvedPeer, _ workers: [WorkerPeerHealth]) throws -> String {
        workers.isEmpty ? peer.text : "\(peer.text.dropLast()),\"workers\":\(try CanonicalJSON.text(workers))}"
    }
}

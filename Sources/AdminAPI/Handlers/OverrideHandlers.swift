internal import ControlPlane
internal import HTTPTypes
internal import HashTreeCollections
internal import Hummingbird
internal import RoutingEngine
internal import RoutingModel

/// What operators say about single peers over what Consul says.
struct OverrideHandlers {
    let controlPlane: ControlPlane

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("overrides") { request, _ in try await list(request) }
        v1.get("peers/{id}/override") { try await show($0, $1) }
        v1.put("peers/{id}/override") { try await put($0, $1) }
        v1.delete("peers/{id}/override") { try await delete($0, $1) }
    }

    private func list(_ request: Request) async throws -> Response {
        let query = QueryParameters(request, known: Paging.parameters)
        let paging = Paging(query)
        try query.check()
        let rules = controlPlane.rulesInForce
        let (items, next) = paging.page(rules.overrides.values.sorted { $0.name < $1.name }, key: \.name)
        let views = await controlPlane.views(of: Array(items))
        return .list(try views.map { try CanonicalJSON.text($0) }, next: next)
    }

    private func show(_ request: Request, _ context: AdminContext) async throws -> Response {
        try QueryParameters.refuseAll(request)
        let id = try context.segment("id")
        guard let rule = controlPlane.rulesInForce.overrides[id] else {
            throw RuleSet.notFound("override of", id)
        }
        guard try !EntityTags.isCurrent(request, rule.etag) else { return .notModified(etag: rule.etag) }
        return try .json(try await view(rule), headers: [.eTag: rule.etag])
    }

    private func put(_ request: Request, _ context: AdminContext) async throws -> Response {
        let options = try WriteOptions(request)
        let id = try context.segment("id")
        let data = try await RequestBodyReader.json(request, context)
        switch try await writer.write(.putOverride(PeerID(id), data), options, context) {
        case .planned(let response): return response
        case .done(let result, let report):
            let change = result.changes.first
            let current = controlPlane.rulesInForce.overrides[id]
            guard
                case .override(_, _, let after?)? = change
                    ?? current.map({ .override(name: id, before: $0, after: $0) })
            else { throw RuleSet.notFound("override of", id) }
            let status: HTTPResponse.Status = change.map { $0.before == nil } ?? false ? .created : .ok
            let headers = RuleWriter.headers(result, etag: after.etag)
            if let report { return try .json(report, status: status, headers: headers) }
            return try .json(try await view(after), status: status, headers: headers)
        }
    }

    private func delete(_ request: Request, _ context: AdminContext) async throws -> Response {
        let options = try WriteOptions(request)
        let id = PeerID(try context.segment("id"))
        switch try await writer.write(.deleteOverride(id), options, context) {
        case .planned(let response): return response
        case .done(let result, let report?): return try .json(report, headers: RuleWriter.headers(result))
        case .done(let result, nil): return Response(status: .noContent, headers: RuleWriter.headers(result))
        }
    }

    private func view(_ rule: StoredRule<Override>) async throws -> OverrideView {
        guard let view = await controlPlane.views(of: [rule]).first else {
            throw Problem(.internalError, "The override can't be shown.")
        }
        return view
    }

    private var writer: RuleWriter { RuleWriter(controlPlane: controlPlane) }
}

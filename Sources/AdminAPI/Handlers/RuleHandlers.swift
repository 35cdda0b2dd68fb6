internal import ControlPlane
internal import Foundation
internal import HTTPTypes
internal import HashTreeCollections
internal import Hummingbird
internal import NIOCore
internal import RoutingModel

/// Groups and routes: create, read, list, replace, delete, and the weights of a route.
struct RuleHandlers {
    let controlPlane: ControlPlane
    private let pages = RulePages()

    init(controlPlane: ControlPlane) { self.controlPlane = controlPlane }

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("groups") { request, _ in try list(request, controlPlane.rulesInForce, \.groups, "groups") }
        v1.post("groups") { try await create($0, $1, what: "groups", RuleCommand.createGroup) }
        v1.get("groups/{name}") { try show($0, $1, controlPlane.rulesInForce.groups, "group") }
        v1.put("groups/{name}") { try await replace($0, $1, what: "groups", RuleCommand.putGroup) }
        v1.delete("groups/{name}") { try await delete($0, $1, RuleCommand.deleteGroup) }

        v1.get("routes") { request, _ in try list(request, controlPlane.rulesInForce, \.routes, "routes") }
        v1.post("routes") { try await create($0, $1, what: "routes", RuleCommand.createRoute) }
        v1.get("routes/{name}") { try show($0, $1, controlPlane.rulesInForce.routes, "route") }
        v1.put("routes/{name}") { try await replace($0, $1, what: "routes", RuleCommand.putRoute) }
        v1.delete("routes/{name}") { try await delete($0, $1, RuleCommand.deleteRoute) }
        v1.put("routes/{name}/weights") { try await replace($0, $1, what: "routes") { .setWeights(route: $0, $1) } }
    }

    private func list<T>(
        _ request: Request, _ all: RuleSet, _ kind: (RuleSet) -> TreeDictionary<String, StoredRule<T>>, _ what: String
    ) throws -> Response {
        let query = QueryParameters(request, known: Paging.parameters)
        let paging = Paging(query)
        try query.check()
        let question = "\(what)?\(request.uri.query ?? "")"
        if let known = pages.body(question, revision: all.revision) { return .json(known) }
        let rules = kind(all)
        let (names, next) = paging.page(rules.keys.sorted(), key: \.self)
        let body = ByteBuffer(string: Response.listText(names.compactMap { rules[$0]?.json }, next: next))
        pages.keep(body, for: question, revision: all.revision)
        return .json(body)
    }

    private func show<T>(
        _ request: Request, _ context: AdminContext, _ rules: TreeDictionary<String, StoredRule<T>>, _ what: String
    ) throws -> Response {
        try QueryParameters.refuseAll(request)
        let name = try context.segment("name")
        guard let rule = rules[name] else { throw RuleSet.notFound(what, name) }
        guard try !EntityTags.isCurrent(request, rule.etag) else { return .notModified(etag: rule.etag) }
        return .json(rule.json, headers: [.eTag: rule.etag])
    }

    private func create(
        _ request: Request, _ context: AdminContext, what: String, _ command: (Data) -> RuleCommand
    ) async throws -> Response {
        let options = try WriteOptions(request)
        let data = try await RequestBodyReader.json(request, context)
        switch try await writer.write(command(data), options, context) {
        case .planned(let response): return response
        case .done(let result, let report):
            guard let change = result.changes.first else { throw Problem(.internalError, "Nothing was created.") }
            return try answer(result, change, report, status: .created, location: "/v1/\(what)/\(change.name)")
        }
    }

    /// PUT creates what isn't there yet (RFC 9110 section 9.3.4).
    private func replace(
        _ request: Request, _ context: AdminContext, what: String, _ command: (String, Data) -> RuleCommand
    ) async throws -> Response {
        let options = try WriteOptions(request)
        let name = try context.segment("name")
        let data = try await RequestBodyReader.json(request, context)
        switch try await writer.write(command(name, data), options, context) {
        case .planned(let response): return response
        case .done(let result, let report):
            guard let change = result.changes.first else {
                return try await unchanged(name, what: what, result, report)
            }
            let isNew = change.before == nil
            return try answer(
                result, change, report, status: isNew ? .created : .ok, location: isNew ? "/v1/\(what)/\(name)" : nil)
        }
    }

    /// It was so already.
    private func unchanged(
        _ name: String, what: String, _ result: CommandResult, _ report: AppliedReport?
    ) async throws -> Response {
        let rules = controlPlane.rulesInForce
        let found =
            what == "groups"
            ? rules.groups[name].map { ($0.json, $0.etag) } : rules.routes[name].map { ($0.json, $0.etag) }
        guard let (json, etag) = found else { throw RuleSet.notFound(String(what.dropLast()), name) }
        let headers = RuleWriter.headers(result, etag: etag)
        if let report { return try .json(report, headers: headers) }
        return .json(json, headers: headers)
    }

    private func delete(
        _ request: Request, _ context: AdminContext, _ command: (String) -> RuleCommand
    ) async throws -> Response {
        let options = try WriteOptions(request)
        switch try await writer.write(command(try context.segment("name")), options, context) {
        case .planned(let response): return response
        case .done(let result, let report?): return try .json(report, headers: RuleWriter.headers(result))
        case .done(let result, nil): return Response(status: .noContent, headers: RuleWriter.headers(result))
        }
    }

    private func answer(
        _ result: CommandResult, _ change: RuleChange, _ report: AppliedReport?, status: HTTPResponse.Status,
        location: String?
    ) throws -> Response {
        let (json, etag): (String, String)
        switch change {
        case .group(_, _, let after?): (json, etag) = (after.json, after.etag)
        case .route(_, _, let after?): (json, etag) = (after.json, after.etag)
        default: throw Problem(.internalError, "The rule is gone.")
        }
        var headers = RuleWriter.headers(result, etag: etag)
        headers[.location] = location
        if let report { return try .json(report, status: status, headers: headers) }
        return .json(json, status: status, headers: headers)
    }

    private var writer: RuleWriter { RuleWriter(controlPlane: controlPlane) }
}

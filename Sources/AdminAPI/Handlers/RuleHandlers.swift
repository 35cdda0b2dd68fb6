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

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("groups") { request, _ in try list(request, await controlPlane.currentRules.groups) }
        v1.post("groups") { try await create($0, $1, what: "groups", RuleCommand.createGroup) }
        v1.get("groups/{name}") { try show($0, $1, await controlPlane.currentRules.groups, "group") }
        v1.put("groups/{name}") { try await replace($0, $1, what: "groups", RuleCommand.putGroup) }
        v1.delete("groups/{name}") { try await delete($0, $1, RuleCommand.deleteGroup) }

        v1.get("routes") { request, _ in try list(request, await controlPlane.currentRules.routes) }
        v1.post("routes") { try await create($0, $1, what: "routes", RuleCommand.createRoute) }
        v1.get("routes/{name}") { try show($0, $1, await controlPlane.currentRules.routes, "route") }
        v1.put("routes/{name}") { try await replace($0, $1, what: "routes", RuleCommand.putRoute) }
        v1.delete("routes/{name}") { try await delete($0, $1, RuleCommand.deleteRoute) }
        v1.put("routes/{name}/weights") { try await replace($0, $1, what: "routes") { .setWeights(route: $0, $1) } }
    }

    private func list<T>(_ request: Request, _ rules: TreeDictionary<String, StoredRule<T>>) throws -> Response {
        let query = QueryParameters(request, known: Paging.parameters)
        let paging = Paging(query)
        try query.check()
        let (items, next) = paging.page(rules.values.sorted { $0.name < $1.name }, key: \.name)
        return .list(items.map(\.json), next: next)
    }

    private func show<T>(
        _ request: Request, _ context: AdminContext, _ rules: TreeDictionary<String, StoredRule<T>>, _ what: String
    ) throws -> Response {
        try QueryParameters.refuseAll(request)
        let name = try context.segment("name")
        guard let rule = rules[name] else { throw RuleSet.notFound(what, name) }
        return .json(rule.json)
    }

    private func create(
        _ request: Request, _ context: AdminContext, what: String, _ command: (Data) -> RuleCommand
    ) async throws -> Response {
        let barrier = try AppliedWait(request)
        let data = try await RequestBodyReader.json(request, context)
        let result = try await execute(command(data), request, context)
        guard let change = result.changes.first else { throw Problem(.internalError, "Nothing was created.") }
        return try await answer(
            result, change, barrier, status: .created, location: "/v1/\(what)/\(change.name)")
    }

    /// PUT creates what isn't there yet (RFC 9110 section 9.3.4).
    private func replace(
        _ request: Request, _ context: AdminContext, what: String, _ command: (String, Data) -> RuleCommand
    ) async throws -> Response {
        let barrier = try AppliedWait(request)
        let name = try context.segment("name")
        let data = try await RequestBodyReader.json(request, context)
        let result = try await execute(command(name, data), request, context)
        guard let change = result.changes.first else {
            // It was so already.
            let rules = await controlPlane.currentRules
            guard let json = what == "groups" ? rules.groups[name]?.json : rules.routes[name]?.json else {
                throw RuleSet.notFound(String(what.dropLast()), name)
            }
            if let report = await barrier?.report(on: result, controlPlane) {
                return try .json(report, headers: headers(result))
            }
            return .json(json, headers: headers(result))
        }
        let isNew = change.before == nil
        return try await answer(
            result, change, barrier, status: isNew ? .created : .ok, location: isNew ? "/v1/\(what)/\(name)" : nil)
    }

    private func delete(
        _ request: Request, _ context: AdminContext, _ command: (String) -> RuleCommand
    ) async throws -> Response {
        let barrier = try AppliedWait(request)
        let result = try await execute(command(try context.segment("name")), request, context)
        if let report = await barrier?.report(on: result, controlPlane) {
            return try .json(report, headers: headers(result))
        }
        return Response(status: .noContent, headers: headers(result))
    }

    private func execute(
        _ command: RuleCommand, _ request: Request, _ context: AdminContext
    ) async throws -> CommandResult {
        let reason = request.headers[.changeMessage].flatMap { $0.isEmpty ? nil : String($0.prefix(1_024)) }
        return try await controlPlane.execute(command, author: Author(context.actor), reason: reason)
    }

    private func answer(
        _ result: CommandResult, _ change: RuleChange, _ barrier: AppliedWait?, status: HTTPResponse.Status,
        location: String?
    ) async throws -> Response {
        var headers = headers(result)
        headers[.location] = location
        if let report = await barrier?.report(on: result, controlPlane) {
            return try .json(report, status: status, headers: headers)
        }
        switch change {
        case .group(_, _, let after?): return .json(after.json, status: status, headers: headers)
        case .route(_, _, let after?): return .json(after.json, status: status, headers: headers)
        default: throw Problem(.internalError, "The rule is gone.")
        }
    }

    private func headers(_ result: CommandResult) -> HTTPFields {
        [.signalboxRevision: "\(result.revision)", .signalboxIndex: "\(result.index)"]
    }
}

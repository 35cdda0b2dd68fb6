internal import HTTPTypes
internal import Hummingbird
internal import RoutingModel

/// Tokens: made, listed, revoked; and whose token it is.
struct TokenHandlers {
    let book: TokenBook

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("tokens") { request, _ in try list(request) }
        v1.post("tokens") { try await create($0, $1) }
        v1.get("tokens/{name}") { try show($0, $1) }
        v1.delete("tokens/{name}") { try await revoke($0, $1) }
        v1.get("whoami") { try whoAmI($0, $1) }
    }

    private func list(_ request: Request) throws -> Response {
        let query = QueryParameters(request, known: Paging.parameters)
        let paging = Paging(query)
        try query.check()
        // A blank comes before every character of a name: the built-in one is first.
        let all =
            [(key: " ", document: TokenDocument.builtIn)]
            + book.tokens.map { (key: $0.record.name, document: TokenDocument($0)) }
        let (items, next) = paging.page(all, key: \.key)
        return .list(try items.map { try CanonicalJSON.text($0.document) }, next: next)
    }

    private func show(_ request: Request, _ context: AdminContext) throws -> Response {
        try QueryParameters.refuseAll(request)
        let name = try context.segment("name")
        if name == TokenBook.builtInName { return try .json(TokenDocument.builtIn) }
        guard let grant = book.token(named: name) else { throw RuleSet.notFound("token", name) }
        return try .json(TokenDocument(grant))
    }

    private func create(_ request: Request, _ context: AdminContext) async throws -> Response {
        try QueryParameters.refuseAll(request)
        let wish = try await RequestBodyReader.decode(NewToken.self, request, context, what: "token")
        let (grant, secret) = try await book.create(wish, by: context.actor, reason: request.changeMessage)
        return try .json(
            TokenDocument(grant, secret: secret), status: .created,
            headers: [.location: "/v1/tokens/\(grant.record.name)"])
    }

    private func revoke(_ request: Request, _ context: AdminContext) async throws -> Response {
        try QueryParameters.refuseAll(request)
        let name = try context.segment("name")
        guard name != TokenBook.builtInName else {
            throw Problem(
                .conflict, "The built-in token can't be revoked; change SIGNALBOX_ADMIN_TOKEN or admin.token instead.")
        }
        try await book.revoke(name, by: context.actor, reason: request.changeMessage)
        return Response(status: .noContent)
    }

    private func whoAmI(_ request: Request, _ context: AdminContext) throws -> Response {
        try QueryParameters.refuseAll(request)
        guard let principal = context.principal else { throw AccessRefusal.missing }
        return try .json(WhoAmIDocument(principal))
    }
}

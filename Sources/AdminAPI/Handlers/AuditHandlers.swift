internal import ControlPlane
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel

/// The ledger: pages newest first, single entries, whole exports, what is written from now on, and whether it is intact.
struct AuditHandlers {
    let controlPlane: ControlPlane

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("audit") { request, _ in try await page(request, peer: nil) }
        v1.get("audit/export") { request, _ in try await export(request) }
        v1.get("audit/stream") { request, _ in try await AuditStream(controlPlane: controlPlane).response(request) }
        v1.get("audit/verify") { request, _ in try await verify(request) }
        v1.get("audit/{id}") { try await entry($0, $1) }
        v1.get("peers/{id}/history") { request, context in
            try await page(request, peer: PeerID(try context.segment("id")))
        }
    }

    /// - Parameter peer: the one whose history is asked for; nil for the ledger as a whole.
    private func page(_ request: Request, peer: PeerID?) async throws -> Response {
        var known = AuditFilter.parameters.union(Paging.parameters)
        if peer != nil { known.remove("peer") }
        let parameters = QueryParameters(request, known: known)
        var query = AuditFilter.query(parameters)
        if let peer { query.peer = peer }
        query.limit = parameters.integer("limit", in: 1...1_000) ?? 100
        if let cursor = parameters.text("cursor") {
            query.before = Paging.decode(cursor).flatMap(Int64.init)
            if query.before == nil {
                parameters.say("cursor", "invalid_value", "must be the 'next' of an earlier page")
            }
        }
        try parameters.check()
        let page = try await controlPlane.ledger(query)
        return .list(
            try page.records.map { try CanonicalJSON.text($0) }, next: page.next.map { Paging.encode("\($0)") })
    }

    private func entry(_ request: Request, _ context: AdminContext) async throws -> Response {
        try QueryParameters.refuseAll(request)
        let text = try context.segment("id")
        guard let id = Int64(text), "\(id)" == text, id > 0 else {
            throw Problem(.notFound, "There is no ledger entry '\(text)': entries are numbered.")
        }
        return try .json(try await controlPlane.entry(id))
    }

    private func verify(_ request: Request) async throws -> Response {
        try QueryParameters.refuseAll(request)
        return try .json(try await controlPlane.verifyLedger())
    }

    /// Entries that are asked of the store at a time: enough to be fast, few enough to fit into memory many times.
    private static let exportStep = 1_000

    /// One entry a line (NDJSON), oldest first, up to the newest at the time of the question.
    private func export(_ request: Request) async throws -> Response {
        let parameters = QueryParameters(request, known: AuditFilter.parameters)
        let query = AuditFilter.query(parameters)
        try parameters.check()
        let last = try await controlPlane.newestEntry()
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/x-ndjson", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"signalbox-ledger.ndjson\"",
            ],
            body: ResponseBody { writer in
                var through: Int64 = 0
                while through < last {
                    let found = try await controlPlane.entries(after: through, query, limit: Self.exportStep)
                    var lines = ByteBuffer()
                    for record in found.records where record.id <= last {
                        lines.writeBytes(try CanonicalJSON.data(record))
                        lines.writeInteger(UInt8(ascii: "\n"))
                    }
                    if lines.readableBytes > 0 { try await writer.write(lines) }
                    guard found.through > through else { break }
                    through = found.through
                }
                try await writer.finish(nil)
            })
    }
}

internal import ControlPlane
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel

/// What workers ask: the snapshot, held until it changes; and what they say of it.
struct RoutingHandlers {
    let controlPlane: ControlPlane
    let bodies: SharedBodies

    /// How long a question is held when it doesn't say, and at most.
    static let defaultWait = Duration.seconds(30)
    static let longestWait = Duration.seconds(300)

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("routing") { request, context in try await routing(request, context) }
        v1.get("routing/stream") { request, context in
            try RoutingStream(controlPlane: controlPlane, bodies: bodies, principal: context.principal)
                .response(request)
        }
        v1.get("workers") { request, _ in try await workers(request) }
        v1.post("workers/{id}/nack") { try await nack($0, $1) }
    }

    private func routing(_ request: Request, _ context: AdminContext) async throws -> Response {
        let query = QueryParameters(request, known: ["index", "wait", "worker", "delta"])
        let index = query.integer("index", in: 0...Int.max)
        let wait = query.duration("wait", countingAtMost: Self.longestWait)
        let worker = query.text("worker")
        let isDelta = query.flag("delta") ?? false
        if let worker, !worker.isEmpty, !WorkerID.isValid(worker) {
            query.say("worker", "invalid_value", WorkerID.rule)
        }
        try query.check()

        // Without an index a matching ETag (RFC 9110 section 13.1.2) says what the caller has.
        let known = index ?? Self.index(inETag: request.headers[.ifNoneMatch])
        let isBlocking = index != nil || wait != nil
        let limit = isBlocking ? min(wait ?? Self.defaultWait, Self.longestWait) : .zero
        let answer = try await controlPlane.heldUpdate(
            after: known, wait: limit, worker: worker.map { WorkerIdentity($0) }, for: context.principal)
        guard let update = answer else {
            return Response(status: .notModified, headers: Self.headers(index: known ?? 0))
        }
        var headers = Self.headers(index: update.snapshot.index)
        headers[.contentType] = "application/json"
        return Response(
            status: .ok, headers: headers, body: .init(byteBuffer: bodies.body(of: update, isDelta: isDelta)))
    }

    private func workers(_ request: Request) async throws -> Response {
        let query = QueryParameters(request, known: Paging.parameters)
        let paging = Paging(query)
        try query.check()
        let (items, next) = paging.page(await controlPlane.workers, key: \.id)
        return .list(try items.map { try CanonicalJSON.text($0) }, next: next)
    }

    private func nack(_ request: Request, _ context: AdminContext) async throws -> Response {
        try QueryParameters.refuseAll(request)
        let id = try context.segment("id")
        let nack = try await RequestBodyReader.decode(NackDocument.self, request, context, what: "nack")
        try await controlPlane.workerRefused(id, index: nack.index, error: String(nack.error.prefix(4_096)))
        return Response(status: .noContent)
    }

    private static func headers(index: Int) -> HTTPFields {
        [.signalboxIndex: "\(index)", .eTag: "\"\(index)\"", .cacheControl: "no-store"]
    }

    private static func index(inETag value: String?) -> Int? {
        guard var text = value?[...] else { return nil }
        if text.hasPrefix("W/") { text = text.dropFirst(2) }
        guard text.hasPrefix("\""), text.hasSuffix("\""), text.count > 2 else { return nil }
        return Int(text.dropFirst().dropLast()).flatMap { $0 >= 0 ? $0 : nil }
    }
}

internal import ControlPlane
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel
internal import ServiceLifecycle

/// What is written into the ledger from now on, or from an entry on, as a stream of events (`text/event-stream`, WHATWG
/// HTML section 9.2). A client that was cut off goes on behind the last entry that it has got.
struct AuditStream {
    let controlPlane: ControlPlane

    private static let step = 500
    private static let defaultHeartbeat = Duration.seconds(15)

    func response(_ request: Request) async throws -> Response {
        let parameters = QueryParameters(request, known: AuditFilter.parameters.union(["after", "heartbeat"]))
        let query = AuditFilter.query(parameters)
        let after = parameters.integer("after", in: 0...Int.max)
        let heartbeat = parameters.duration("heartbeat") ?? Self.defaultHeartbeat
        if !(Duration.milliseconds(100) ... .seconds(300)).contains(heartbeat) {
            parameters.say("heartbeat", "invalid_value", "must be from 100ms to 5m")
        }
        try parameters.check()
        let resumed = request.headers[.lastEventID].flatMap { Int64($0) }
        let start: Int64
        if let known = resumed ?? after.map(Int64.init) {
            start = known
        } else {
            start = try await controlPlane.newestEntry()
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await write(query, from: start, heartbeat: heartbeat, to: &writer)
                try await writer.finish(nil)
            })
    }

    private func write(
        _ query: LedgerQuery, from start: Int64, heartbeat: Duration, to writer: inout any ResponseBodyWriter
    ) async throws {
        try await writer.write(ByteBuffer(string: ": signalbox\nretry: 1000\n\n"))
        var through = start
        var growth = await controlPlane.ledgerGrowth(after: nil, wait: .zero)
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            let found = try await controlPlane.entries(after: through, query, limit: Self.step)
            if !found.records.isEmpty { try await writer.write(try Self.events(found.records)) }
            if found.through > through {
                through = found.through
                continue
            }
            let known = growth
            let now = await withGracefulShutdownHandler {
                await controlPlane.ledgerGrowth(after: known, wait: heartbeat)
            } onGracefulShutdown: {
                Task { await controlPlane.endLedgerWaits() }
            }
            // Also what shows a client that has gone.
            if now == growth { try await writer.write(ByteBuffer(string: ":\n\n")) }
            growth = now
        }
    }

    private static func events(_ records: [LedgerRecord]) throws -> ByteBuffer {
        var events = ByteBuffer()
        for record in records {
            events.writeString("event: entry\nid: \(record.id)\ndata: ")
            events.writeBytes(try CanonicalJSON.data(record))
            events.writeString("\n\n")
        }
        return events
    }
}

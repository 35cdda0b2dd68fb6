internal import ControlPlane
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel
internal import ServiceLifecycle

/// Snapshots as a stream of events (`text/event-stream`, WHATWG HTML section 9.2).
///
/// It asks for the newest only when the last event has been written: a slow reader skips what it has missed, and
/// nothing queues up for it.
struct RoutingStream {
    let controlPlane: ControlPlane
    let bodies: SharedBodies
    /// Whose stream it is: it ends with their token.
    let principal: Principal?

    /// How often a line is sent when nothing changes, so that both ends and whatever is between them know that the
    /// other one is there.
    static let defaultHeartbeat = Duration.seconds(15)

    func response(_ request: Request) throws -> Response {
        let query = QueryParameters(request, known: ["index", "heartbeat"])
        let index = query.integer("index", in: 0...Int.max)
        let heartbeat = query.duration("heartbeat") ?? Self.defaultHeartbeat
        if !(Duration.milliseconds(100) ... .seconds(300)).contains(heartbeat) {
            query.say("heartbeat", "invalid_value", "must be from 100ms to 5m")
        }
        try query.check()
        // What a client sends that was cut off; ids that aren't ours mean a whole snapshot.
        let resumed = request.headers[.lastEventID].map { Int($0) ?? 0 }
        let start = resumed ?? index
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { [self] writer in
                try await write(from: start, heartbeat: heartbeat, to: &writer)
                try await writer.finish(nil)
            })
    }

    private func write(from start: Int?, heartbeat: Duration, to writer: inout any ResponseBodyWriter) async throws {
        // A comment at once: who waits for the head of the answer need not wait for the first change.
        try await writer.write(ByteBuffer(string: ": signalbox\nretry: 1000\n\n"))
        var known = start
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            let update = try await controlPlane.heldUpdate(after: known, wait: heartbeat, for: principal)
            if let update {
                try await writer.write(event(update))
                known = update.snapshot.index
            } else if Task.isShuttingDownGracefully {
                return
            } else {
                try await writer.write(ByteBuffer(string: ":\n\n"))
            }
        }
    }

    private func event(_ update: PublishedUpdate) -> ByteBuffer {
        var body = bodies.body(of: update, isDelta: true)
        let name = update.isDelta ? "delta" : "snapshot"
        var event = ByteBuffer(string: "event: \(name)\nid: \(update.snapshot.index)\ndata: ")
        event.writeBuffer(&body)
        event.writeString("\n\n")
        return event
    }
}

extension HTTPField.Name {
    /// What a client that was cut off sends when it asks again.
    static var lastEventID: HTTPField.Name { HTTPField.Name("Last-Event-ID") ?? .range }
}

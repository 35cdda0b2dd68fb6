import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import RoutingModel
import TestKit

/// Events of `GET /v1/routing/stream`, read one by one.
struct EventStream {
    struct Event {
        let name: String
        let id: String
        let data: JSONValue
    }

    private var body: HTTPClientResponse.Body.AsyncIterator
    private var text = ByteBuffer()
    private(set) var comments = 0

    /// - Parameter lastEventID: to go on where another connection ended.
    static func open(_ api: AdminClient, query: String = "", lastEventID: String? = nil) async throws -> EventStream {
        var request = HTTPClientRequest(url: "\(api.url)/v1/routing/stream\(query)")
        request.headers.add(name: "authorization", value: "Bearer \(api.token)")
        if let lastEventID { request.headers.add(name: "last-event-id", value: lastEventID) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        guard response.status == .ok, response.headers.first(name: "content-type") == "text/event-stream" else {
            throw TestFailure("no stream: \(response.status) \(response.headers)")
        }
        return EventStream(body: response.body.makeAsyncIterator())
    }

    /// The next event; comments are counted and passed over.
    mutating func next() async throws -> Event? {
        while true {
            if let block = takeBlock() {
                var fields: [String: String] = [:]
                for line in block.split(separator: "\n") {
                    guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { continue }
                    fields[String(line[..<colon])] = String(line[line.index(after: colon)...].drop { $0 == " " })
                }
                guard let name = fields["event"], let id = fields["id"], let data = fields["data"] else {
                    comments += 1
                    continue
                }
                return Event(name: name, id: id, data: try CanonicalJSON.decode(JSONValue.self, from: data))
            }
            guard var part = try await body.next() else { return nil }
            text.writeBuffer(&part)
        }
    }

    /// What stands before the next empty line.
    private mutating func takeBlock() -> String? {
        let bytes = text.readableBytesView
        guard let end = bytes.indices.dropLast().first(where: { bytes[$0] == 10 && bytes[$0 + 1] == 10 }) else {
            return nil
        }
        let length = end - bytes.startIndex
        defer { text.moveReaderIndex(forwardBy: length + 2) }
        return text.getString(at: text.readerIndex, length: length)
    }
}

import NIOCore
import RoutingEngine
import Testing

@testable import ProxyWorker

/// Writes heads as a connection does.
enum Writing {
    /// The head that a peer gets for a request.
    /// - Parameter plan: changes what the plan says.
    static func request(_ text: String, _ plan: (inout RequestPlan) -> Void = { _ in }) throws -> String {
        var head = RequestHead()
        let bytes = [UInt8](latin: text)
        var buffer = ByteBuffer()
        let outcome = bytes.withUnsafeBytes { bytes in
            let outcome = head.scan(bytes, limits: HeadLimits())
            RequestFeed.sourceIP.withUnsafeBytes { source in
                RequestFeed.peer.withUnsafeBytes { peer in
                    var made = RequestPlan(sourceIP: source, peerAuthority: peer)
                    plan(&made)
                    HeadWriter.request(head, over: bytes, plan: made, into: &buffer)
                }
            }
            return outcome
        }
        try #require(outcome == .complete(headBytes: bytes.count))
        return Array(buffer.readableBytesView).latin
    }

    /// The request line that a peer gets.
    static func line(_ target: String, _ rewrite: CompiledRewrite?) throws -> String {
        let head = try request("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n") { $0.rewrite = rewrite }
        return String(head.prefix { $0 != "\r\n" })
    }

    /// The head that a client gets for a response.
    static func response(
        _ text: String, to request: RequestTraits = RequestTraits(), closing: Bool = false,
        _ plan: (inout ResponsePlan) -> Void = { _ in }
    ) throws -> String {
        var head = ResponseHead()
        let bytes = [UInt8](latin: text)
        var buffer = ByteBuffer()
        let outcome = bytes.withUnsafeBytes { bytes in
            let outcome = head.scan(bytes, limits: .response, forHead: request.isHead)
            var made = ResponsePlan(head, to: request, closing: closing)
            plan(&made)
            HeadWriter.response(head, over: bytes, plan: made, into: &buffer)
            return outcome
        }
        try #require(outcome == .complete(headBytes: bytes.count))
        return Array(buffer.readableBytesView).latin
    }
}

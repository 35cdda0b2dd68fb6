internal import Foundation
internal import NIOCore
internal import RoutingModel

/// A refusal in bytes, for connections that no general code serves. The connection is closed after it.
enum RawAnswer {
    /// How long the other end may take to read why, while what it sends is passed over: closed at once, with bytes
    /// unread, TCP would tell it of a reset before it has read the answer.
    private static let farewell = TimeAmount.seconds(2)

    /// Writes `problem` and closes the connection. To be called on its loop.
    static func close(_ channel: any Channel, saying problem: Problem) {
        channel.writeAndFlush(bytes(problem, allocator: channel.allocator), promise: nil)
        close(channel)
    }

    /// Closes a connection whose last answer has been written.
    static func close(_ channel: any Channel) {
        channel.close(mode: .output, promise: nil)
        channel.eventLoop.scheduleTask(in: farewell) { channel.close(promise: nil) }
    }

    static func bytes(_ problem: Problem, allocator: ByteBufferAllocator) -> ByteBuffer {
        let id = RequestID.make()
        let document = ProblemDocument(problem, requestID: id)
        let body = (try? CanonicalJSON.data(document)) ?? Data()
        var buffer = allocator.buffer(capacity: 512 + body.count)
        buffer.writeString("HTTP/1.1 \(document.status) \(document.title)\r\n")
        buffer.writeString("content-type: application/problem+json\r\ncontent-length: \(body.count)\r\n")
        if problem.code == .unauthorized { buffer.writeString("www-authenticate: Bearer realm=\"signalbox\"\r\n") }
        buffer.writeString("cache-control: no-store\r\nx-content-type-options: nosniff\r\nx-request-id: \(id)\r\n")
        let date = HTTPDate.text(second: Int(Date().timeIntervalSince1970))
        buffer.writeString("date: \(date)\r\nserver: signalbox\r\nconnection: close\r\n\r\n")
        buffer.writeBytes(body)
        return buffer
    }
}

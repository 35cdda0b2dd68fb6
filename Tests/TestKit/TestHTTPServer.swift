package import NIOCore
package import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// An HTTP/1.1 server on a free port of 127.0.0.1, whose answers a test makes up: also late, broken and missing ones.
///
/// ```swift
/// try await withTestHTTPServer { request in
///     .init(status: .ok, headers: ["x-consul-index": "7"], body: "[]")
/// } _: { server in … server.url … server.requests … }
/// ```
package final class TestHTTPServer: Sendable {
    package struct Request: Sendable {
        package let head: HTTPRequestHead
        package let body: ByteBuffer
    }

    package struct Answer: Sendable {
        fileprivate enum Ending { case complete, closed, held }

        fileprivate var head: HTTPResponseHead?
        fileprivate var body: ByteBuffer
        fileprivate var ending = Ending.complete

        /// A whole answer, with `content-length`.
        package init(status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:], body: String = "") {
            self.init(status: status, headers: headers, body: ByteBuffer(string: body))
        }

        /// A whole answer, with `content-length`.
        package init(status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:], body: ByteBuffer) {
            var headers = headers
            headers.replaceOrAdd(name: "content-length", value: "\(body.readableBytes)")
            head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
            self.body = body
        }

        /// The same head, but only the first `bytes` of the body; then the connection is closed.
        package func cut(after bytes: Int) -> Answer { ending(.closed, after: bytes) }

        /// The same head, but only the first `bytes` of the body; then nothing, until the client is gone.
        package func held(after bytes: Int) -> Answer { ending(.held, after: bytes) }

        /// The same, but with chunks (RFC 9112 section 7.1) in place of `content-length`.
        package var chunked: Answer {
            var answer = self
            answer.head?.headers.remove(name: "content-length")
            answer.head?.headers.replaceOrAdd(name: "transfer-encoding", value: "chunked")
            return answer
        }

        /// Closes the connection without a word.
        package static var none: Answer {
            var answer = Answer().cut(after: 0)
            answer.head = nil
            return answer
        }

        private func ending(_ ending: Ending, after bytes: Int) -> Answer {
            var answer = self
            answer.body = body.getSlice(at: body.readerIndex, length: min(bytes, body.readableBytes)) ?? ByteBuffer()
            answer.ending = ending
            return answer
        }
    }

    package typealias Handler = @Sendable (Request) async -> Answer
    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>

    package let port: Int
    /// `http://127.0.0.1:<port>`
    package var url: String { "http://127.0.0.1:\(port)" }
    private let handler: Handler
    private let seen = Mutex<[Request]>([])
    private let listener: NIOAsyncChannel<Connection, Never>

    fileprivate init(_ handler: @escaping Handler) async throws {
        self.handler = handler
        // One loop for all: so a connection is either handed over or not there when the listener closes. One that was
        // dropped in between would trap.
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton.next())
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try channel.pipeline.syncOperations.addHandler(PartAdapter())
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        port = listener.channel.localAddress?.port ?? 0
    }

    /// What was asked so far, in order of arrival.
    package var requests: [Request] { seen.withLock { $0 } }

    fileprivate func run() async throws {
        try await listener.executeThenClose { connections in
            await withDiscardingTaskGroup { group in
                do {
                    for try await connection in connections { group.addTask { await self.serve(connection) } }
                } catch {}
                group.cancelAll()
            }
        }
    }

    /// Ends `run`, after the connections that are there already were taken over and closed.
    fileprivate func close() async throws { try await listener.channel.close() }

    /// Answers the requests of one connection, one after the other. A handler's task is cancelled as soon as the client
    /// closes the connection.
    private func serve(_ connection: Connection) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await self.answer(connection) }
            group.addTask { try? await connection.channel.closeFuture.get() }
            await group.next()
            group.cancelAll()
            // The second child waits for the close whatever happens to its task.
            connection.channel.close(promise: nil)
        }
    }

    private func answer(_ connection: Connection) async throws {
        try await connection.executeThenClose { parts, writer in
            var head: HTTPRequestHead?
            var body = ByteBuffer()
            for try await part in parts {
                switch part {
                case .head(let start):
                    head = start
                    body = ByteBuffer()
                case .body(var bytes):
                    body.writeBuffer(&bytes)
                case .end:
                    guard let head else { return }
                    let request = Request(head: head, body: body)
                    seen.withLock { $0.append(request) }
                    let answer = await handler(request)
                    guard let head = answer.head else { return }
                    try await writer.write(.head(head))
                    try await writer.write(.body(answer.body))
                    switch answer.ending {
                    case .complete: try await writer.write(.end(nil))
                    case .held: await neverEnding()
                    case .closed: return
                    }
                }
            }
        }
    }
}

/// Runs `body` with a server that answers with what `handler` gives, and closes it afterwards. A handler may take its
/// time: `await neverEnding()` holds the request until the client is gone.
package func withTestHTTPServer<Value: Sendable>(
    _ handler: @escaping TestHTTPServer.Handler, _ body: @Sendable (TestHTTPServer) async throws -> Value
) async throws -> Value {
    let server = try await TestHTTPServer(handler)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try? await server.close()
        try? await group.waitForAll()
        return try result.get()
    }
}

/// Returns when the task is cancelled.
package func neverEnding() async {
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
}

/// Turns the answers' bodies into what NIO's encoder takes.
private final class PartAdapter: ChannelOutboundHandler {
    typealias OutboundIn = HTTPPart<HTTPResponseHead, ByteBuffer>
    typealias OutboundOut = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPServerResponsePart =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let body): .body(.byteBuffer(body))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}

@available(*, unavailable)
extension PartAdapter: Sendable {}

internal import NIOCore
internal import NIOHTTP2

/// Tells a connection's handler about its streams.
struct HTTP2StreamCounter: NIOHTTP2StreamDelegate {
    private let connection: NIOLoopBound<HTTP2ConnectionHandler>

    init(_ connection: HTTP2ConnectionHandler, eventLoop: any EventLoop) {
        self.connection = NIOLoopBound(connection, eventLoop: eventLoop)
    }

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) { connection.value.streamOpened(Int(id)) }

    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) { connection.value.streamClosed() }
}

package import NIOCore

/// What a client that speaks HTTP/2 may take. A client that goes beyond it loses its connection with `GOAWAY`.
package struct HTTP2Limits: Hashable, Sendable {
    /// Requests at a time on one connection; further ones are refused.
    package var concurrentStreams = 128
    /// Bytes of a request's fields as RFC 9113 section 6.5.2 counts them: 32 more for each.
    package var headerListBytes = 64 * 1024
    /// Bytes of a request's body that a client may send before somebody has taken them.
    package var streamWindow = 64 * 1024
    /// The same over all requests of a connection, on their way.
    package var connectionWindow = 1024 * 1024
    /// Bytes of a response that wait for the client until its sender is told to stop.
    package var writeHighWatermark = 64 * 1024
    /// Bytes at which that sender may go on.
    package var writeLowWatermark = 32 * 1024
    /// Requests that a client may take back within `resetWindow`, and requests of its that may be malformed.
    package var resets = 200
    package var resetWindow: TimeAmount = .seconds(30)
    /// `PING`, `SETTINGS` and `PRIORITY` frames within `controlFrameWindow`.
    package var controlFrames = 500
    package var controlFrameWindow: TimeAmount = .seconds(10)
    /// `DATA` frames without a byte, one after the other.
    package var emptyDataFrames = 10
    /// Frames that one request's fields may be spread over after the first.
    package var continuationFrames = 8
    /// A connection without a request is closed after this time.
    package var idleTimeout: TimeAmount = .seconds(60)
    /// What a client gets to read the last frames before the connection is cut.
    package var farewell: TimeAmount = .seconds(1)
    /// For the rest of a response to go to a client after its sender has closed the channel of the request.
    package var lingering: TimeAmount = .seconds(30)

    package init() {}

    /// The limits of a worker that are the same for HTTP/1.1.
    package init(_ configuration: ProxyConfiguration) {
        idleTimeout = TimeAmount(configuration.clientIdleTimeout)
        headerListBytes = configuration.maxHeadBytes
        // Of 16 KiB, as frames are; some more, since few clients fill them.
        continuationFrames = max(continuationFrames, headerListBytes / 16_384 + 4)
    }
}

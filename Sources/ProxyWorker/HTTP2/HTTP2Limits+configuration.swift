internal import NIOHTTP2

extension HTTP2Limits {
    /// The limits as NIO's handler takes them.
    var configuration: NIOHTTP2Handler.Configuration {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: concurrentStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: headerListBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: streamWindow),
        ]
        connection.targetWindowSize = connectionWindow
        connection.maximumSequentialEmptyDataFrames = emptyDataFrames
        connection.maximumSequentialContinuationFrames = continuationFrames
        connection.controlFrameRateLimit.maximumCount = controlFrames
        connection.controlFrameRateLimit.windowLength = controlFrameWindow
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = streamWindow
        stream.outboundBufferSizeHighWatermark = writeHighWatermark
        stream.outboundBufferSizeLowWatermark = writeLowWatermark
        stream.streamResetFrameRateLimit.maximumCount = resets
        stream.streamResetFrameRateLimit.windowLength = resetWindow
        stream.streamErrorRateLimit.maximumCount = resets
        stream.streamErrorRateLimit.windowLength = resetWindow
        return NIOHTTP2Handler.Configuration(connection: connection, stream: stream)
    }
}

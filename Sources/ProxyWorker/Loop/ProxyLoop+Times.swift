internal import NIOCore

extension ProxyLoop {
    /// The configuration's times in the form in which they are used for every request.
    struct Times {
        let connect: TimeAmount
        let requestHead: TimeAmount
        let responseHead: TimeAmount
        let halfClosed: TimeAmount
        let clientIdle: TimeAmount
        let streamIdle: TimeAmount
        let upstreamIdle: TimeAmount
        /// Nil is no limit.
        let total: TimeAmount?
        let linger: TimeAmount
        let lameDuck: TimeAmount

        init(_ configuration: ProxyConfiguration) {
            connect = TimeAmount(configuration.connectTimeout)
            requestHead = TimeAmount(configuration.requestHeadTimeout)
            responseHead = TimeAmount(configuration.responseHeadTimeout)
            halfClosed = TimeAmount(configuration.halfClosedTimeout)
            clientIdle = TimeAmount(configuration.clientIdleTimeout)
            streamIdle = TimeAmount(configuration.streamIdleTimeout)
            upstreamIdle = TimeAmount(configuration.upstreamIdleTimeout)
            total = configuration.totalTimeout.map { TimeAmount($0) }
            linger = TimeAmount(configuration.lingerTimeout)
            lameDuck = TimeAmount(configuration.lameDuck)
        }

        /// How often deadlines are looked at: often enough for a route's short ones, and for the shortest of these.
        var tick: TimeAmount {
            // No connection is idle for no time.
            let upstreamIdle = upstreamIdle > .zero ? upstreamIdle : clientIdle
            let shortest = min(
                requestHead, responseHead, halfClosed,
                min(clientIdle, streamIdle, min(upstreamIdle, linger, total ?? linger)))
            return max(.milliseconds(10), min(.milliseconds(50), .nanoseconds(shortest.nanoseconds / 4)))
        }
    }
}

/// The life of a connection with HTTP/2: when it is idle, how it says goodbye, and when it is closed.
///
/// A goodbye takes two `GOAWAY` (RFC 9113 section 6.8): the first says that there will be an end, and a `PING` after it
/// comes back when the client has read it; only then is it said which request was the last. So no request that was on
/// its way is lost.
struct HTTP2ConnectionState {
    enum Action: Hashable {
        case startIdleTimer, stopIdleTimer
        /// `GOAWAY` with the highest possible stream, and a `PING`; then the farewell timer.
        case announceEnd
        /// `GOAWAY` with the last stream that was taken.
        case end(lastStream: Int)
        case close
        /// Nothing more is taken; what has been written may still go out; then the farewell timer, and the end.
        case closeSoon
    }

    private enum Phase {
        case serving
        /// Waits for the `PING` to come back.
        case announced
        /// Waits for the open streams.
        case ending
        /// An error was told to the client.
        case failed
        case closed
    }

    private var phase = Phase.serving
    /// Streams that are open.
    private(set) var open = 0
    private var lastStream = 0

    init() {}

    /// A connection without a request is closed after a while; that begins at once.
    mutating func opened() -> [Action] { [.startIdleTimer] }

    mutating func streamOpened(_ stream: Int) -> [Action] {
        open += 1
        lastStream = max(lastStream, stream)
        return open == 1 ? [.stopIdleTimer] : []
    }

    mutating func streamClosed() -> [Action] {
        open = max(0, open - 1)
        guard open == 0 else { return [] }
        switch phase {
        case .serving: return [.startIdleTimer]
        case .announced, .failed, .closed: return []
        case .ending:
            phase = .closed
            return [.close]
        }
    }

    /// Nothing was asked for too long, or the worker ends.
    mutating func saysGoodbye() -> [Action] {
        guard case .serving = phase else { return [] }
        phase = .announced
        return [.stopIdleTimer, .announceEnd]
    }

    /// The client has read the announcement, or takes too long for that.
    mutating func announcementRead() -> [Action] {
        guard case .announced = phase else { return [] }
        guard open == 0 else {
            phase = .ending
            return [.end(lastStream: lastStream)]
        }
        phase = .closed
        return [.end(lastStream: lastStream), .close]
    }

    /// The client broke the protocol or a limit, and was told so with `GOAWAY`.
    mutating func failed() -> [Action] {
        switch phase {
        case .failed, .closed: return []
        case .serving, .announced, .ending:
            phase = .failed
            return [.stopIdleTimer, .closeSoon]
        }
    }

    /// The farewell timer has run off.
    mutating func farewellEnded() -> [Action] {
        switch phase {
        case .announced: return announcementRead()
        case .failed:
            phase = .closed
            return [.close]
        case .serving, .ending, .closed: return []
        }
    }

    mutating func closed() -> [Action] {
        phase = .closed
        return [.stopIdleTimer]
    }
}

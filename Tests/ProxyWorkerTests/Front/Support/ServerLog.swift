import Synchronization

/// What the handlers of a test's server have seen; from any thread.
final class ServerLog: Sendable {
    struct Counts {
        /// The heads of the requests, as they came.
        var heads: [String] = []
        var bodyBytes = 0
        var opened = 0
        /// Channels that have ended.
        var ended = 0
        var fronts: [String] = []
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    func note(_ change: (inout sending Counts) -> Void) { state.withLock { change(&$0) } }
}

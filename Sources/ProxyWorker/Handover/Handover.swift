internal import Foundation
package import Logging
internal import NIOCore
internal import Synchronization

/// Restarts without a lost connection: a worker that starts takes over the listening sockets of the one that runs with
/// the same directory, and only then that one drains and ends. Connections that wait to be accepted wait on the socket,
/// whoever accepts.
///
/// The two speak over a socket in the directory, in lines:
///
/// | newer | older | |
/// |---|---|---|
/// | `take 1` | | |
/// | | `host:port=count …`, any number of times, then an empty line | the sockets with the lines (unix(7), `SCM_RIGHTS`) |
/// | `ready` | | all that it needs is open |
/// | | `yours` | it has stopped accepting; the newer one begins |
///
/// Whatever happens before `yours` leaves the older one as it was: it accepts until then. When the newer one takes too
/// long, the older one says `no`. The two never accept at the same time: NIO takes it for impossible that somebody else
/// has accepted what it was told of.
package final class Handover: Sendable {
    let path: String
    /// How long either waits for the other's next word, in seconds.
    let patience: Int
    let logger: Logger
    let state = Mutex(State())

    /// A socket of the older worker's.
    struct Inherited {
        /// As the older worker was told to listen.
        let address: String
        /// Where it really listens.
        let bound: SocketAddress?
        let descriptor: CInt
    }

    struct State {
        /// To the older worker, until it has been relieved.
        var older: HandoverChannel?
        /// What nobody has taken yet.
        var inherited: [Inherited] = []
        /// Of all that came.
        var ports: Set<Int> = []
        /// What the thread that waits for a newer worker may be blocked by.
        var blocking: Set<CInt> = []
        var hasEnded = false
    }

    /// - Parameters:
    ///   - directory: made, for this user alone, when it isn't there; workers that relieve one another name the same.
    ///   - patience: how long either waits for the other's next word, in seconds. Both have all that they need to say it.
    /// - Throws: when it can't be made.
    package init(directory: String, patience: Int = 10, logger: Logger) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        path = "\(directory)/handover.sock"
        self.patience = patience
        self.logger = logger
    }
}

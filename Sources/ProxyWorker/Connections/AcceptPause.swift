internal import Logging
internal import NIOCore

/// Lets a listener that can't accept, because there are no descriptors left, try again a little later. Without it the
/// event loop would do nothing else: whoever waits in the socket's queue is there until it is accepted.
enum AcceptPause {
    static let length = TimeAmount.milliseconds(50)
    /// How often it is told.
    static let mention = TimeAmount.seconds(10)

    /// A handler for one listener.
    static func handler(_ logger: Logger) -> AcceptBackoffHandler {
        var silent = NIODeadline.uptimeNanoseconds(0)
        return AcceptBackoffHandler(shouldForwardIOErrorCaught: false) { error in
            let now = NIODeadline.now()
            if now >= silent {
                silent = now + mention
                logger.warning("no client can be accepted", metadata: ["error": "\(error)"])
            }
            return length
        }
    }
}

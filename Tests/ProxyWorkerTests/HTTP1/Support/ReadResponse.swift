@testable import ProxyWorker

/// What became of one response of a peer's connection.
enum ReadResponse: Equatable {
    struct Forwarded: Equatable {
        var status = 0
        /// As `name: value`, as they were read.
        var fields: [String] = []
        var framing = BodyFraming.none
        var keepsPeer = false
        var keepAliveTimeout = -1
        /// The head that a client gets.
        var head = ""
        var isUntouched = false
        var body: [UInt8] = []
        var trailers: String?
    }

    case forwarded(Forwarded)
    case refused(HeadFault)
    case incomplete
}

internal import NIOCore
internal import NIOPosix

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What a connection to a peer did not come about for.
enum ConnectFailure {
    static func isTimeout(_ error: any Error) -> Bool {
        switch error {
        case ChannelError.connectTimeout: true
        // A host name: what became of its addresses, if it has any.
        case let error as NIOConnectionError: error.connectionErrors.contains { isTimeout($0.error) }
        default: false
        }
    }

    /// Whether this machine or process lacks what it takes: descriptors, local ports, memory. It says nothing about the
    /// peer.
    static func isOwn(_ error: any Error) -> Bool {
        switch error {
        case let error as IOError:
            [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL].contains(error.errnoCode)
        case let error as NIOConnectionError: error.connectionErrors.contains { isOwn($0.error) }
        default: false
        }
    }
}

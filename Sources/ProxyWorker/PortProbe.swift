internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Asks the kernel whether an address is free to listen on.
///
/// The probe binds as a listener without `SO_REUSEPORT` would, and closes again. It never listens: a client that
/// connects meanwhile is refused, as it was before, rather than accepted by somebody who won't answer it.
enum PortProbe {
    /// Fails when somebody listens on the address, also when only through a wildcard address, and also with
    /// `SO_REUSEPORT`: a port is shared only among sockets that all ask for that. Connections of a listener that has
    /// ended, which linger in `TIME_WAIT`, don't count: that is what `SO_REUSEADDR` says (socket(7)).
    /// - Throws: `IOError` with the reason of the system call that failed, `EADDRINUSE` when the port is taken.
    static func check(_ address: SocketAddress) throws {
        let descriptor = socket(address.protocol.rawValue, streamType, 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        defer { close(descriptor) }
        var reuse: CInt = 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, size) == 0 else {
            throw IOError(errnoCode: errno, reason: "setsockopt")
        }
        let outcome = address.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
        guard outcome == 0 else { throw IOError(errnoCode: errno, reason: "bind") }
    }

    private static var streamType: CInt {
        #if canImport(Glibc)
        CInt(SOCK_STREAM.rawValue)
        #else
        SOCK_STREAM
        #endif
    }
}

internal import CHandover
internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// One end of a connection between two workers of one host, over which listening sockets go from the older one to the
/// newer one. Its calls block: not for event loops.
final class HandoverChannel: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
        /// Nothing came, or could be sent, in time.
        var isTimeout = false

        init(description: String) { self.description = description }

        init(number: CInt, path: String? = nil) {
            isTimeout = number == EAGAIN
            let reason = isTimeout ? "the other worker doesn't answer" : String(cString: strerror(number))
            description = path.map { "\($0): \(reason)" } ?? reason
        }
    }

    private let descriptor: CInt

    init(taking descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// - Parameter seconds: see `setTimeout`; for the connecting, too.
    /// - Returns: nil when nobody listens at `path`.
    /// - Throws: also when who listens there is another user's.
    static func connect(to path: String, timeout seconds: Int = 10) throws -> HandoverChannel? {
        let channel = HandoverChannel(taking: try unixSocket())
        channel.setTimeout(seconds: seconds)
        let outcome = try withAddress(path) { Self.retrying(connecting: channel.descriptor, $0, $1) }
        if outcome == 0 {
            try channel.checkPeer()
            return channel
        }
        if outcome == ENOENT || outcome == ECONNREFUSED { return nil }
        throw Failed(number: outcome, path: path)
    }

    /// Whoever gives or gets listening sockets must be of the same user: for another one it would be the traffic.
    func checkPeer() throws {
        var user = uid_t()
        let failure = handover_peer(descriptor, &user)
        guard failure == 0 else { throw Failed(number: failure) }
        guard user == geteuid() else {
            throw Failed(description: "the other worker runs as user \(user), this one as user \(geteuid())")
        }
    }

    /// The other side can send nothing more; what it has sent can still be received.
    func end() { shutdown(descriptor, CInt(SHUT_RDWR)) }

    /// How long either side waits for the other's next word.
    func setTimeout(seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    func send(_ line: String, _ descriptors: [CInt] = []) throws {
        let bytes = Array(line.utf8) + [UInt8(ascii: "\n")]
        let failure = handover_send(descriptor, bytes, bytes.count, descriptors, CInt(descriptors.count))
        if failure != 0 { throw Failed(number: failure) }
    }

    /// The next line, and the descriptors that came with it; nil when the other side has ended.
    func receive() throws -> (line: String, descriptors: [CInt])? {
        var line: [UInt8] = []
        var descriptors: [CInt] = []
        var found = [CInt](repeating: -1, count: Int(HANDOVER_MAX_FDS))
        var byte: UInt8 = 0
        // A byte at a time: what follows the line must stay where it is, and nothing here is long.
        while line.count < 65_536 {
            var count: CInt = 0
            let received = handover_receive(descriptor, &byte, 1, &found, &count)
            descriptors += found.prefix(Int(count))
            if received == 0 { break }
            guard received > 0 else {
                descriptors.forEach { close($0) }
                throw Failed(number: CInt(-received))
            }
            if byte == UInt8(ascii: "\n") { return (String(decoding: line, as: UTF8.self), descriptors) }
            line.append(byte)
        }
        descriptors.forEach { close($0) }
        return nil
    }

    // MARK: Listening

    /// Listens at `path`, in place of whatever file is there; only this user can connect.
    static func listen(at path: String) throws -> CInt {
        let descriptor = try unixSocket()
        unlink(path)
        // Before it listens nobody can connect.
        let outcome = try withAddress(path) { bind(descriptor, $0, $1) == 0 && chmod(path, 0o600) == 0 ? 0 : errno }
        guard outcome == 0, Self.listens(descriptor) else {
            let failure = Failed(number: outcome == 0 ? errno : outcome, path: path)
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    private static func listens(_ descriptor: CInt) -> Bool {
        #if canImport(Glibc)
        return Glibc.listen(descriptor, 4) == 0
        #elseif canImport(Musl)
        return Musl.listen(descriptor, 4) == 0
        #else
        return Darwin.listen(descriptor, 4) == 0
        #endif
    }

    private static func unixSocket() throws -> CInt {
        #if canImport(Glibc)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
        let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { throw Failed(number: errno) }
        return descriptor
    }

    private static func retrying(connecting descriptor: CInt, _ address: UnsafePointer<sockaddr>, _ size: socklen_t)
        -> CInt
    {
        while true {
            #if canImport(Glibc)
            let outcome = Glibc.connect(descriptor, address, size)
            #elseif canImport(Musl)
            let outcome = Musl.connect(descriptor, address, size)
            #else
            let outcome = Darwin.connect(descriptor, address, size)
            #endif
            if outcome == 0 { return 0 }
            if errno != EINTR { return errno }
        }
    }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < capacity else {
            throw Failed(description: "\(path) is too long for a socket's path, \(capacity - 1) bytes")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The worker that relieves.
extension Handover {
    /// Takes the sockets of a worker that runs with the same directory, if there is one. It goes on accepting.
    /// - Throws: when there is one and it doesn't give them.
    func inherit() async throws {
        try await NIOThreadPool.singleton.runIfActive { try self.ask() }
    }

    private func ask() throws {
        let deadline = ContinuousClock.now + .seconds(patience)
        // One that ends, or is being relieved by a third, breaks off; the third will be there in a moment.
        while let channel = try HandoverChannel.connect(to: path, timeout: patience) {
            if let inherited = try? Self.converse(channel) {
                logger.notice(
                    "taking over from a running worker", metadata: ["sockets": "\(inherited.count)"])
                return state.withLock { state in
                    state.older = channel
                    state.inherited = inherited
                    state.ports = Set(inherited.compactMap { $0.bound?.port })
                }
            }
            guard ContinuousClock.now < deadline else {
                throw HandoverChannel.Failed(description: "\(path): a worker is there and doesn't give its sockets")
            }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    /// - Throws: when the other side breaks off, or what it says isn't what comes.
    private static func converse(_ channel: HandoverChannel) throws -> [Inherited] {
        var inherited: [Inherited] = []
        do {
            try channel.send("take 1")
            while let (line, descriptors) = try channel.receive() {
                inherited += try read(line, descriptors)
                if line.isEmpty { return inherited }
            }
            throw HandoverChannel.Failed(description: "the running worker has ended")
        } catch {
            inherited.forEach { close($0.descriptor) }
            throw error
        }
    }

    /// - Throws: when not every socket that the line speaks of has come; those that have are closed.
    private static func read(_ line: String, _ descriptors: [CInt]) throws -> [Inherited] {
        var addresses: [String] = []
        for part in line.split(separator: " ") {
            guard let sign = part.lastIndex(of: "="), let count = Int(part[part.index(after: sign)...]),
                count >= 0, count <= descriptors.count
            else { continue }
            addresses += Array(repeating: String(part[..<sign]), count: count)
        }
        guard addresses.count == descriptors.count else {
            descriptors.forEach { close($0) }
            throw HandoverChannel.Failed(description: "not all sockets have come: are descriptors short?")
        }
        return zip(addresses, descriptors).map {
            Inherited(address: $0, bound: Self.localAddress($1), descriptor: $1)
        }
    }

    private static func localAddress(_ descriptor: CInt) -> SocketAddress? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let outcome = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard outcome == 0 else { return nil }
        return withUnsafeBytes(of: storage) { bytes in
            switch CInt(storage.ss_family) {
            case AF_INET: SocketAddress(bytes.load(as: sockaddr_in.self))
            case AF_INET6: SocketAddress(bytes.load(as: sockaddr_in6.self))
            default: nil
            }
        }
    }

    /// The older worker's sockets for an address; they are the caller's now.
    /// - Parameters:
    ///   - address: as this worker was told to listen.
    ///   - resolved: what that means: the older one may have been told in other words.
    func take(_ address: String, _ resolved: SocketAddress) -> [CInt] {
        state.withLock { state in
            let fits = { (socket: Inherited) in socket.address == address || socket.bound == resolved }
            defer { state.inherited.removeAll(where: fits) }
            return state.inherited.filter(fits).map(\.descriptor)
        }
    }

    /// Whether it is the older worker that listens on the port, if anybody does.
    func holds(port: Int) -> Bool { state.withLock { $0.ports.contains(port) } }

    /// Everything is open: the older worker stops accepting, and will drain. Sockets of addresses that nobody wanted
    /// are closed.
    /// - Throws: when the older one goes on. Then this one must not accept.
    func relieve() async throws {
        let older = state.withLock { $0.older }
        if let older { try await NIOThreadPool.singleton.runIfActive { try Self.relieve(older) } }
        abandon()
    }

    private static func relieve(_ older: HandoverChannel) throws {
        // If this can't be sent, what comes next says why.
        try? older.send("ready")
        let answer: String?
        do {
            answer = try older.receive()?.line
        } catch let error as HandoverChannel.Failed where error.isTimeout {
            // From here on it can't say `yours` any more; it may have done so just now.
            older.end()
            guard try older.receive()?.line == "yours" else { throw error }
            return
        } catch {
            answer = nil
        }
        // Without a word: it is no more.
        guard answer == nil || answer == "yours" else {
            throw HandoverChannel.Failed(description: "the running worker didn't wait, and goes on")
        }
    }

    /// Lets go of the older worker, and of what nobody has taken of its sockets.
    func abandon() {
        // What it held is closed outside of the lock.
        let (older, unwanted) = state.withLock { state in
            defer { (state.older, state.inherited, state.ports) = (nil, [], []) }
            return (state.older, state.inherited)
        }
        unwanted.forEach { close($0.descriptor) }
        withExtendedLifetime(older) {}
    }
}

internal import Foundation
package import Logging
internal import NIOPosix
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Restarts without a lost connection: a worker that starts takes over the listening sockets of the one that runs with
/// the same directory, and only then that one drains and ends. Connections that wait to be accepted wait on the socket,
/// whoever accepts.
///
/// The two speak over a socket in the directory: the newer one says `take 1`; the older one answers with a line of
/// `host:port=count` for each address, its sockets with it (unix(7), `SCM_RIGHTS`), and accepts nothing more; the newer
/// one says `ready` once it accepts. If it ends before that, the older one goes on as before.
///
/// The two never accept at the same time: NIO takes it for impossible that somebody else has accepted what it was told
/// of.
package final class Handover: Sendable {
    /// How long either waits for the other's next word, in seconds. Both have all that they need to say it.
    static let patience = 10

    private let path: String
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        /// Of the older worker, by address.
        var inherited: [String: [CInt]] = [:]
        /// Says to the older worker that this one accepts.
        var ready: (@Sendable () -> Void)?
        /// What the thread that waits for a newer worker may be blocked by.
        var blocking: Set<CInt> = []
        var hasEnded = false
    }

    /// - Parameter directory: made, for this user alone, when it isn't there; workers that relieve one another name the
    ///   same.
    /// - Throws: when it can't be made.
    package init(directory: String, logger: Logger) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        path = "\(directory)/handover.sock"
        self.logger = logger
    }

    // MARK: The newer worker

    /// Takes the sockets of a worker that runs with the same directory, if there is one.
    /// - Throws: when there is one and it doesn't give them.
    func inherit() async throws {
        try await NIOThreadPool.singleton.runIfActive { try self.ask() }
    }

    private func ask() throws {
        guard let channel = try HandoverChannel.connect(to: path) else { return }
        channel.setTimeout(seconds: Self.patience)
        try channel.send("take 1")
        guard let (line, descriptors) = try channel.receive() else {
            // It was about to end.
            return
        }
        var rest = descriptors[...]
        var inherited: [String: [CInt]] = [:]
        for part in line.split(separator: " ") {
            guard let sign = part.lastIndex(of: "="), let count = Int(part[part.index(after: sign)...]), count >= 0,
                count <= rest.count
            else { continue }
            inherited[String(part[..<sign]), default: []] += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        rest.forEach { close($0) }
        logger.notice("taking over from a running worker", metadata: ["sockets": "\(line)"])
        let box = Mutex<HandoverChannel?>(consume channel)
        state.withLock { state in
            state.inherited = inherited
            state.ready = {
                box.withLock { channel in
                    try? channel?.send("ready")
                    channel = nil
                }
            }
        }
    }

    /// The older worker's sockets for an address; they are the caller's now.
    func take(_ address: String) -> [CInt] {
        state.withLock { $0.inherited.removeValue(forKey: address) } ?? []
    }

    /// This worker accepts: the older one can go. Sockets of addresses that nobody wanted are closed.
    func isReady() {
        let (ready, unwanted) = state.withLock { state in
            defer { (state.ready, state.inherited) = (nil, [:]) }
            return (state.ready, state.inherited)
        }
        unwanted.values.joined().forEach { close($0) }
        ready?()
    }

    // MARK: The older worker

    /// Waits for a newer worker that asks for the sockets, and gives them.
    /// - Parameters:
    ///   - sockets: what is listened on; they stay the caller's, and must stay open until this returns.
    ///   - accept: called, on a thread that may be blocked, when they are about to be given, and when they weren't taken.
    /// - Returns: true when a newer worker accepts on them; false when none ever will, or the task was cancelled.
    func serve(
        _ sockets: [(address: String, descriptor: CInt)], accept: @escaping @Sendable (Bool) -> Void = { _ in }
    ) async -> Bool {
        let listener: CInt
        do {
            listener = try HandoverChannel.listen(at: path)
        } catch {
            logger.error("no newer worker can take over", metadata: ["error": "\(error)"])
            return false
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A thread of its own: it waits for as long as the worker lives.
                let thread = Thread { [self] in
                    continuation.resume(returning: wait(on: listener, sockets, accept))
                }
                thread.name = "handover"
                thread.start()
            }
        } onCancel: {
            // Wakes the thread up.
            state.withLock { state in
                state.hasEnded = true
                for descriptor in state.blocking { shutdown(descriptor, CInt(SHUT_RDWR)) }
            }
        }
    }

    private func wait(
        on listener: CInt, _ sockets: [(address: String, descriptor: CInt)], _ accept: (Bool) -> Void
    ) -> Bool {
        guard blocks(listener) else {
            close(listener)
            return false
        }
        defer { unblocked(listener) { close(listener) } }
        while true {
            let accepted = Self.next(listener)
            if accepted < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return false
            }
            guard blocks(accepted) else {
                close(accepted)
                return false
            }
            let channel = HandoverChannel(taking: accepted)
            let hasTakenOver = give(sockets, accept, over: channel)
            unblocked(accepted) {}
            if hasTakenOver { return true }
        }
    }

    private static func next(_ listener: CInt) -> CInt { accept(listener, nil, nil) }

    private func give(
        _ sockets: [(address: String, descriptor: CInt)], _ accept: (Bool) -> Void,
        over channel: borrowing HandoverChannel
    ) -> Bool {
        channel.setTimeout(seconds: Self.patience)
        var hasTakenOver = false
        do {
            guard try channel.receive()?.line == "take 1" else { return false }
            accept(false)
            defer { if !hasTakenOver { accept(true) } }
            var counts: [(address: String, count: Int)] = []
            for (address, _) in sockets {
                if counts.last?.address == address {
                    counts[counts.count - 1].count += 1
                } else {
                    counts.append((address, 1))
                }
            }
            try channel.send(
                counts.map { "\($0.address)=\($0.count)" }.joined(separator: " "), sockets.map(\.descriptor))
            if try channel.receive()?.line == "ready" {
                logger.notice("a newer worker has taken over")
                hasTakenOver = true
                return true
            }
            logger.warning("a newer worker asked for the sockets and ended before it was ready")
        } catch {
            logger.warning("handing over failed", metadata: ["error": "\(error)"])
        }
        return false
    }

    /// - Returns: false when it is over.
    private func blocks(_ descriptor: CInt) -> Bool {
        state.withLock { state in
            guard !state.hasEnded else { return false }
            state.blocking.insert(descriptor)
            return true
        }
    }

    private func unblocked(_ descriptor: CInt, _ body: () -> Void) {
        state.withLock { state in
            state.blocking.remove(descriptor)
            body()
        }
    }
}

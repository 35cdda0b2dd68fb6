internal import CHandover
internal import Foundation
internal import Logging
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The worker that is relieved.
extension Handover {
    /// Waits for a newer worker that asks for the sockets, and gives them.
    /// - Parameters:
    ///   - sockets: what is listened on; they stay the caller's, and must stay open until this returns.
    ///   - accept: called, on a thread that may be blocked: with false before the newer worker accepts, and with true
    ///     when it turns out that it doesn't.
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
            // Before the number can be somebody else's.
            withExtendedLifetime(channel) { unblocked(accepted) {} }
            if hasTakenOver { return true }
        }
    }

    private static func next(_ listener: CInt) -> CInt { accept(listener, nil, nil) }

    /// - Returns: whether the newer worker accepts now.
    private func give(
        _ sockets: [(address: String, descriptor: CInt)], _ accept: (Bool) -> Void, over channel: HandoverChannel
    ) -> Bool {
        channel.setTimeout(seconds: patience)
        do {
            try channel.checkPeer()
            guard try channel.receive()?.line == "take 1" else { return false }
            try Self.send(sockets, over: channel)
            guard try hearsReady(channel) else {
                logger.warning("a newer worker asked for the sockets and ended before it was ready")
                return false
            }
            accept(false)
            do {
                try channel.send("yours")
            } catch {
                accept(true)
                throw error
            }
            logger.notice("a newer worker has taken over")
            return true
        } catch {
            logger.warning("handing over failed", metadata: ["error": "\(error)"])
        }
        return false
    }

    private func hearsReady(_ channel: HandoverChannel) throws -> Bool {
        do {
            return try channel.receive()?.line == "ready"
        } catch {
            // Else it would take the end of the conversation for the end of this worker.
            try? channel.send("no")
            throw error
        }
    }

    /// As many at a time as a message carries.
    private static func send(
        _ sockets: [(address: String, descriptor: CInt)], over channel: HandoverChannel
    ) throws {
        var rest = sockets[...]
        while !rest.isEmpty {
            let part = rest.prefix(Int(HANDOVER_MAX_FDS))
            rest = rest.dropFirst(part.count)
            var counts: [(address: String, count: Int)] = []
            for (address, _) in part {
                if counts.last?.address == address {
                    counts[counts.count - 1].count += 1
                } else {
                    counts.append((address, 1))
                }
            }
            try channel.send(
                counts.map { "\($0.address)=\($0.count)" }.joined(separator: " "), part.map(\.descriptor))
        }
        try channel.send("")
    }

    // MARK: What the thread is blocked by

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

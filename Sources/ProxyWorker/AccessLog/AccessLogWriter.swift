internal import Dispatch
internal import Foundation
package import Logging
internal import Synchronization

/// Writes the access log on a thread of its own: event loops hand over batches and never wait for a disk. What doesn't
/// fit into its queue is dropped and counted.
package final class AccessLogWriter: Sendable {
    /// Batches that wait to be written may have so many bytes together.
    package static let queueLimit = 16 << 20
    private static let spareLimit = 16

    package let format: AccessLogFormat
    private let state: Mutex<State>
    private let wake = DispatchSemaphore(value: 0)
    private let limit: Int

    private struct State {
        var queue: [(lines: [UInt8], count: Int)] = []
        var queued = 0
        /// Emptied buffers, to be filled again.
        var spare: [[UInt8]] = []
        var written = 0
        var dropped = 0
        var mustReopen = false
        var isClosing = false
        var hasEnded = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// Opens the log and starts the thread.
    /// - Parameters:
    ///   - path: `-` for standard output.
    ///   - queueLimit: in bytes.
    /// - Throws: `AccessLogError`.
    package init(
        path: String, format: AccessLogFormat, queueLimit: Int = AccessLogWriter.queueLimit, logger: Logger
    ) throws {
        self.format = format
        limit = queueLimit
        state = Mutex(State())
        let file = path == "-" ? try LogFile(standardOutput: ()) : try LogFile(path: path)
        let thread = Thread { [weak self] in
            var loop = AccessLogWriting(file: file, logger: logger)
            // The thread keeps the writer alive only while it has something to write.
            while let wake = self?.wake {
                _ = wake.wait(timeout: .now() + .seconds(1))
                guard self?.turn(&loop) == true else { break }
            }
        }
        thread.name = "access-log"
        thread.start()
    }

    /// Lines written since the start.
    package var written: Int { state.withLock { $0.written } }

    /// Lines that were lost since the start: there was no room, or they couldn't be written.
    package var dropped: Int { state.withLock { $0.dropped } }

    /// Begins a new file under the old name: after the old one has been moved away.
    package func reopen() {
        state.withLock { $0.mustReopen = true }
        wake.signal()
    }

    /// Takes a batch. Never waits for the disk.
    /// - Parameter count: how many lines it has.
    /// - Returns: an empty buffer for the next ones.
    func hand(_ lines: consuming [UInt8], count: Int) -> [UInt8] {
        let batch = lines
        let next: [UInt8]? = state.withLock { state in
            if state.queued + batch.count > limit || state.hasEnded {
                state.dropped += count
            } else {
                state.queued += batch.count
                state.queue.append((batch, count))
            }
            return state.spare.popLast()
        }
        wake.signal()
        if let next { return next }
        var fresh: [UInt8] = []
        fresh.reserveCapacity(LoopAccessLog.batch + 4_096)
        return fresh
    }

    /// Ends the thread once everything has been written, or after `limit`, whatever it is at then.
    package func close(within limit: Duration = .seconds(5)) async {
        let giveUp = Task {
            try await Task.sleep(for: limit)
            release()
        }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let hasEnded = state.withLock { state in
                state.isClosing = true
                if !state.hasEnded { state.waiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
            wake.signal()
        }
        giveUp.cancel()
    }

    private func release() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// One round of the thread.
    /// - Returns: whether there will be another.
    private func turn(_ loop: inout AccessLogWriting) -> Bool {
        let mustReopen = state.withLock { state in
            defer { state.mustReopen = false }
            return state.mustReopen
        }
        loop.look(mustReopen: mustReopen)
        while let batch = state.withLock({ $0.queue.isEmpty ? nil : $0.queue.removeFirst() }) {
            let (lines, count) = batch
            let isWritten = loop.write(lines)
            state.withLock { state in
                state.queued -= lines.count
                if isWritten { state.written += count } else { state.dropped += count }
                guard state.spare.count < Self.spareLimit else { return }
                var empty = lines
                empty.removeAll(keepingCapacity: true)
                state.spare.append(empty)
            }
        }
        let isOver = state.withLock { state in
            state.hasEnded = state.isClosing && state.queue.isEmpty
            return state.hasEnded
        }
        if isOver { release() }
        return !isOver
    }
}

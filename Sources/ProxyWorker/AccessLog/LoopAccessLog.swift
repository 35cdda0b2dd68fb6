internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The access log of one event loop: lines are gathered in a buffer and handed to the writer when there are 64 KiB of
/// them, or when the loop's tick says so. Used on that loop only.
final class LoopAccessLog {
    /// A batch is handed over as soon as it is that long, in bytes.
    static let batch = 64 << 10
    /// For how long a line may wait at most; `flush` is to be called about that often.
    static let interval = Duration.milliseconds(200)

    private let writer: AccessLogWriter
    private let encoder: AccessLogEncoder
    private var clock = LogClock()
    private var lines: [UInt8] = []
    private var count = 0

    init(writer: AccessLogWriter) {
        self.writer = writer
        encoder = AccessLogEncoder(writer.format)
        lines.reserveCapacity(Self.batch + 4_096)
    }

    /// Writes a line down. Never waits.
    /// - Parameter now: the time of `NIODeadline.uptimeNanoseconds`.
    func record(_ record: borrowing AccessLogRecord, at now: UInt64) {
        // Somebody may set the time of day.
        if clock.setAt.map({ now &- $0 >= 1_000_000_000 }) ?? true {
            clock.set(uptime: NIODeadline.now().uptimeNanoseconds, wall: Self.timeOfDay())
        }
        clock.move(to: now)
        encoder.append(record, at: clock, to: &lines)
        count += 1
        if lines.count >= Self.batch { flush() }
    }

    /// Hands over what there is.
    func flush() {
        guard count > 0 else { return }
        // Moved, so that what is written next isn't copied.
        let full = lines
        lines = []
        lines = writer.hand(full, count: count)
        count = 0
    }

    /// Nanoseconds since 1970.
    private static func timeOfDay() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

@available(*, unavailable)
extension LoopAccessLog: Sendable {}

import ProxyWorker
import ServiceLifecycle
import UnixSignals

/// Begins new access logs at SIGHUP, which is what log rotation sends, and ends with the process.
struct AccessLogService: Service, CustomStringConvertible {
    let log: AccessLogWriter

    var description: String { "access log" }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            for await _ in signals { log.reopen() }
        }
        // Whoever logs has ended before.
        await log.close()
    }
}

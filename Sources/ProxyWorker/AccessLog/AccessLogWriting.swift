internal import Foundation
internal import Logging

/// What the access log's thread does with its file, and when it says that something is wrong.
struct AccessLogWriting {
    private var file: LogFile
    private let logger: Logger
    private var lookedAt = ContinuousClock.now
    private var complainedAt: ContinuousClock.Instant?

    init(file: consuming LogFile, logger: Logger) {
        self.file = file
        self.logger = logger
    }

    /// Opens the file anew when that was asked for or when another one, or none, has its name: looked at once a second.
    mutating func look(mustReopen: Bool) {
        let now = ContinuousClock.now
        guard mustReopen || now - lookedAt >= .seconds(1) else { return }
        lookedAt = now
        guard mustReopen || file.hasMoved else { return }
        do {
            try file.reopen()
        } catch {
            complain("\(error)")
        }
    }

    /// - Returns: whether all of it was written.
    mutating func write(_ bytes: [UInt8]) -> Bool {
        if let reason = file.write(bytes) {
            complain("The access log can't be written: \(reason).")
            return false
        }
        return true
    }

    /// At most once a minute.
    private mutating func complain(_ what: String) {
        let now = ContinuousClock.now
        if let complainedAt, now - complainedAt < .seconds(60) { return }
        complainedAt = now
        logger.error("\(what)")
    }
}

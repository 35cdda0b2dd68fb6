import Logging

extension Logger {
    /// For tests that look at what is answered, not at what is logged.
    static var silent: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}

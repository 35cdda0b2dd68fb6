package import Logging

extension Logger {
    /// For tests that look at what is answered, not at what is logged.
    package static var silent: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}

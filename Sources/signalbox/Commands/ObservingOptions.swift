import ArgumentParser
import Logging
import ProxyWorker

/// What a proxy tells of single requests: the access log, and debug headers.
struct ObservingOptions: ParsableArguments {
    @Option(help: "A file for the proxy's access log, or - for standard output. Without it there is none.")
    var accessLog: String?

    @Option(help: "How its lines look: json or combined. (default: json)")
    var accessLogFormat: AccessLogFormat?

    @OptionGroup var debugKey: DebugKeyOptions

    /// Opens the access log; nil when nobody wants one.
    /// - Throws: `AccessLogError`.
    func log(_ environment: Environment, _ logger: Logger) throws -> AccessLogWriter? {
        guard let path = try environment.value(accessLog, "ACCESS_LOG") else { return nil }
        let format = try environment.value(accessLogFormat, "ACCESS_LOG_FORMAT", default: .json)
        return try AccessLogWriter(path: path, format: format, logger: logger)
    }

    /// For when there is no proxy that could tell of requests. The key itself in `SIGNALBOX_DEBUG_KEY` may be there for
    /// `signalbox debug-token`.
    /// - Throws: `ValidationError` when it is asked for all the same.
    func refuse(_ environment: Environment, without missing: String) throws {
        if try environment.value(accessLog, "ACCESS_LOG") != nil {
            throw ValidationError("--access-log needs \(missing).")
        }
        if try environment.value(debugKey.debugKeyFile, "DEBUG_KEY_FILE") != nil {
            throw ValidationError("--debug-key-file needs \(missing).")
        }
    }
}

extension AccessLogFormat: ExpressibleByArgument {}

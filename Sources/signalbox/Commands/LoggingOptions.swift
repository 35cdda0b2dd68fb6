public import ArgumentParser
public import Logging

struct LoggingOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case human, json }

    @Option(help: "How log lines look: human or json. (default: human)")
    var logFormat: Format?

    @Option(help: "The least severe messages to log: trace, debug, info, notice, warning, error. (default: info)")
    var logLevel: Logger.Level?

    /// Sets up logging for the process, to standard error.
    func start(_ environment: Environment) throws -> Logger {
        let format = try environment.value(logFormat, "LOG_FORMAT", default: .human)
        let level = try environment.value(logLevel, "LOG_LEVEL", default: .info)
        LoggingSystem.bootstrap { label in
            LineLogHandler(
                label: label, level: level, format: format == .json ? JSONLogLine.render : HumanLogLine.render)
        }
        return Logger(label: "signalbox")
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

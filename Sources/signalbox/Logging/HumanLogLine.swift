import Foundation
import Logging

/// `15:04:05.123 INFO  message  key=value`
enum HumanLogLine {
    @Sendable static func render(_ entry: LineLogHandler.Entry) -> String {
        let time = entry.time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)).dropFirst(11)
            .dropLast()
        let level = entry.level.rawValue.uppercased().padding(toLength: 8, withPad: " ", startingAt: 0)
        let details = entry.metadata.map { " \($0.name)=\(quoted($0.value))" }.joined()
        return "\(time) \(level) \(entry.message)\(details.isEmpty ? "" : " \(details)")"
    }

    private static func quoted(_ value: String) -> String {
        let escaped = value.replacingOccurrences(of: "\n", with: "\\n")
        return escaped.contains(" ") || escaped.isEmpty ? "\"\(escaped)\"" : escaped
    }
}

import Foundation
import Logging
import RoutingModel

/// `{"time": …, "level": …, "logger": …, "message": …, <metadata>}`
enum JSONLogLine {
    @Sendable static func render(_ entry: LineLogHandler.Entry) -> String {
        var members: [String: String] = [:]
        for (name, value) in entry.metadata { members[name] = value }
        members["time"] = Timestamp(entry.time).description
        members["level"] = entry.level.rawValue
        members["logger"] = entry.label
        members["message"] = entry.message
        // A dictionary of strings always encodes.
        return (try? CanonicalJSON.text(members)) ?? "{}"
    }
}

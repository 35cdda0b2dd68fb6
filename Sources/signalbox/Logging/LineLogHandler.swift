import Foundation
import Logging

/// Writes each message as one line to standard error.
struct LineLogHandler: LogHandler {
    struct Entry {
        let time: Date
        let level: Logger.Level
        let label: String
        let message: String
        /// Ordered by name.
        let metadata: [(name: String, value: String)]
    }

    let label: String
    let format: @Sendable (Entry) -> String
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, level: Logger.Level, format: @escaping @Sendable (Entry) -> String) {
        self.label = label
        self.format = format
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let explicit = event.metadata { all.merge(explicit) { _, new in new } }
        let entry = Entry(
            time: Date(), level: event.level, label: label, message: event.message.description,
            metadata: all.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) })
        // One write call: lines of several threads don't mix. A log that can't be written (a full disk, a reader that is
        // gone) must not take the program with it.
        try? FileHandle.standardError.write(contentsOf: Data((format(entry) + "\n").utf8))
    }
}

/// Why the access log can't be written.
package struct AccessLogError: Error, CustomStringConvertible {
    let path: String
    /// In the system's words.
    let reason: String

    package var description: String { "The access log \(path) can't be opened: \(reason)." }
}

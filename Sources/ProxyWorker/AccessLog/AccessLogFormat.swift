/// How a line of the access log looks.
package enum AccessLogFormat: String, Hashable, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// The `combined` format of nginx and Apache.
    case combined
}

/// How data are printed.
package enum OutputFormat: String, Sendable, CaseIterable {
    /// For people.
    case table
    /// As the server has it, indented; streams have one object a line.
    case json
    case yaml
}

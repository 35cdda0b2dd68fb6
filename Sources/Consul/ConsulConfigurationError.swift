/// What is wrong with the settings for Consul: one sentence for the operator.
package struct ConsulConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// How large one rule may be. Far above what people write; low enough that no single rule can hurt a worker.
package enum Limits {
    package static let staticPeers = 10_000
    package static let descriptionBytes = 4_096
    package static let hosts = 1_000
    package static let methods = 64
    package static let conditions = 64
    /// Tags, excluded tags and values of meta keys in one selector.
    package static let selectorValues = 256
    package static let forceRules = 64
    package static let splitEntries = 100
    package static let valueBytes = 4_096
    package static let pathBytes = 2_048
}

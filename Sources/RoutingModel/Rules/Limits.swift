/// How large one rule may be. Far above what people write; low enough that no single rule can hurt a worker.
package enum Limits {
    package static let staticPeers = 10_000
    package static let descriptionBytes = 4_096
    package static let hosts = 1_000
    package static let methods = 64
    package static let conditions = 64
    /// Tags, excluded tags, backup tags and values of meta keys in one selector.
    package static let selectorValues = 256
    package static let forceRules = 64
    package static let splitEntries = 100
    package static let valueBytes = 4_096
    package static let pathBytes = 2_048
    /// Of one message: names that are set, added or removed.
    package static let headerChanges = 64
    /// What they say together, names and values: a head must stay of a size that peers take.
    package static let headerChangeBytes = 16_384
    package static let statuses = 32
    package static let certificateBytes = 131_072
    package static let connections = 1_000_000
    package static let retries = 10
    /// For what a request may take, and how long a peer may be ejected.
    package static let longest = RuleDuration.seconds(86_400)
    /// For what is to be over soon: slow start, checks, connecting, a try.
    package static let longestStep = RuleDuration.seconds(3_600)
}

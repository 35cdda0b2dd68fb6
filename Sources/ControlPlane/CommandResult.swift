package import RoutingModel

/// What a committed command did.
package struct CommandResult: Sendable {
    /// Empty when everything was so already: then there is no new revision.
    package let changes: [RuleChange]
    /// The revision of the rules afterwards.
    package let revision: Int
    /// The first snapshot that has it.
    package let index: Int
}

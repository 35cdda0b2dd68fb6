internal import RoutingModel

/// A command waiting for the next transaction.
struct PendingCommand {
    let command: RuleCommand
    let author: String
    let reason: String?
    let continuation: CheckedContinuation<CommandResult, any Error>
}

internal import RoutingModel

/// A command waiting for the next transaction.
struct PendingCommand {
    let command: PreparedCommand
    let author: Author
    let precondition: Precondition
    let reason: String?
    let continuation: CheckedContinuation<CommandResult, any Error>
}

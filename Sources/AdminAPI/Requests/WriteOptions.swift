internal import HTTPTypes
internal import Hummingbird
internal import RoutingModel

/// What every write of rules may ask besides the change itself.
struct WriteOptions {
    static let parameters: Set<String> = ["dry_run", "wait", "timeout"]

    /// Only the plan is wanted; nothing is to be stored.
    let isDryRun: Bool
    let barrier: AppliedWait?
    var precondition: Precondition
    /// Why, in the author's words.
    var reason: String?

    /// - Throws: `Problem` (`invalid_query`).
    init(_ request: Request) throws {
        let query = QueryParameters(request, known: Self.parameters)
        isDryRun = query.flag("dry_run") ?? false
        barrier = AppliedWait(query)
        try query.check()
        precondition = try EntityTags.precondition(request)
        reason = request.changeMessage
    }
}

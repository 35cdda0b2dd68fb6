/// Somebody waiting until a snapshot is in force everywhere.
struct AppliedBarrier {
    let index: Int
    /// The workers that were live when the wait began and have not answered for it yet.
    var missing: Set<String>
    let continuation: CheckedContinuation<Void, Never>
    let timeout: Task<Void, Never>
}

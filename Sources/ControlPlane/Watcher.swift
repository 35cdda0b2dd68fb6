/// Somebody waiting for the next snapshot.
struct Watcher {
    /// The index that they have.
    let base: Int
    let worker: WorkerIdentity?
    /// When the wait is over, in ticks.
    let tick: Int64
    let reply: UpdateQuestion.Reply
}

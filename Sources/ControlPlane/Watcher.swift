/// Somebody waiting for the next snapshot.
struct Watcher {
    let continuation: CheckedContinuation<PublishedSnapshot?, Never>
    let timeout: Task<Void, Never>
}

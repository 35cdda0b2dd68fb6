/// Waits until `read` gives a value.
/// - Parameters:
///   - what: completes the sentence "waited in vain until …".
///   - limit: how long at most; generous, since it is only used up by a test that fails.
/// - Throws: `TestFailure` when time is up, and what `read` throws.
@discardableResult
package func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(20), isolation: isolated (any Actor)? = #isolation,
    _ read: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + limit
    while true {
        if let value = try await read() { return value }
        guard ContinuousClock.now < end else { throw TestFailure("waited in vain until \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Waits until `condition` holds; otherwise as above.
package func eventually(
    _ what: String, within limit: Duration = .seconds(20), isolation: isolated (any Actor)? = #isolation,
    holds condition: () async throws -> Bool
) async throws {
    try await eventually(what, within: limit, isolation: isolation) { try await condition() ? () : nil }
}

/// Runs `operation` for at most `limit`, then cancels it.
/// - Throws: `TestFailure` when time is up, and what `operation` throws.
package func within<Value: Sendable>(
    _ limit: Duration, _ what: String, _ operation: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await operation() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TestFailure("\(what) took longer than \(limit)")
        }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}

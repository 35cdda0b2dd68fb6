/// Runs `operation` for at most `limit`, then cancels it and throws `error`.
func withDeadline<Value: Sendable>(
    _ limit: Duration, orThrow error: some Error, _ operation: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await operation() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw error
        }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}

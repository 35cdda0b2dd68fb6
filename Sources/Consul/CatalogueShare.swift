/// Lets questions for a datacenter's catalogue that come close together share one answer: ten thousand services may
/// vanish at once.
actor CatalogueShare {
    static let window = Duration.milliseconds(250)

    private struct Asked {
        let at: ContinuousClock.Instant
        let answer: Task<Set<String>?, Never>
    }

    private var asked: [String: Asked] = [:]

    /// What `ask` gave for the datacenter within the last 250 ms, else what it gives now; nil when it failed.
    /// - Parameter ask: is not cancelled with the task that asks first, for others may wait for the answer as well.
    func names(in datacenter: String, ask: @escaping @Sendable () async -> Set<String>?) async -> Set<String>? {
        if let last = asked[datacenter], last.at.duration(to: .now) <= Self.window { return await last.answer.value }
        let answer = Task { await ask() }
        asked[datacenter] = Asked(at: .now, answer: answer)
        // Names are many; they aren't kept for longer than they are of use.
        Task {
            try? await Task.sleep(for: Self.window)
            forget(answer, of: datacenter)
        }
        return await answer.value
    }

    private func forget(_ answer: Task<Set<String>?, Never>, of datacenter: String) {
        if asked[datacenter]?.answer == answer { asked[datacenter] = nil }
    }
}

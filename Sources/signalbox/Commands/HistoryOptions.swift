import ArgumentParser

/// How long history is kept.
struct HistoryOptions: ParsableArguments {
    @Option(help: "How many revisions of the rules are kept, 1000 at least. (default: 10000)")
    var keepRevisions: Int?

    @Option(help: "How many ledger entries are kept. (default: all)")
    var ledgerKeepEntries: Int?

    @Option(help: "How long ledger entries are kept, e.g. 90d. (default: for ever)")
    var ledgerKeepFor: Seconds?

    /// - Throws: `ValidationError` for a number that can't be.
    func revisions(_ environment: Environment) throws -> Int {
        let count = try environment.value(keepRevisions, "KEEP_REVISIONS", default: 10_000)
        guard count >= 1_000 else { throw ValidationError("--keep-revisions must be at least 1000.") }
        return count
    }

    /// - Throws: `ValidationError` for a number that can't be.
    func entries(_ environment: Environment) throws -> Int? {
        let count = try environment.value(ledgerKeepEntries, "LEDGER_KEEP_ENTRIES")
        if let count, count < 1_000 { throw ValidationError("--ledger-keep-entries must be at least 1000.") }
        return count
    }

    /// - Throws: `ValidationError` for a time that can't be.
    func age(_ environment: Environment) throws -> Duration? {
        let age = try environment.value(ledgerKeepFor, "LEDGER_KEEP_FOR")?.duration
        if let age, age < .seconds(3_600) { throw ValidationError("--ledger-keep-for must be at least 1h.") }
        return age
    }
}

internal import HashTreeCollections
internal import Logging
package import RoutingEngine
package import RoutingModel

extension ControlPlane {
    /// The rules as they were.
    /// - Throws: `Problem`: `gone` when history doesn't reach back that far, `not_found` for a future revision,
    ///   `unavailable`.
    package nonisolated func rules(at moment: Moment) async throws -> RuleSet {
        try await reading {
            switch moment {
            case .revision(let number): return try await store.rules(at: number)
            case .time(let time): return try await store.rules(at: try await store.revision(at: time))
            }
        }
    }

    /// Rules and peers as they were: overrides that were over by then don't count. Who was kept out for flapping is not
    /// known any more.
    /// - Throws: as `rules(at:)`.
    package nonisolated func state(at moment: Moment) async throws -> PastState {
        try await reading {
            let time: Timestamp
            let revision: Int
            switch moment {
            case .time(let given): (time, revision) = (given, try await store.revision(at: given))
            case .revision(let number):
                guard let record = try await store.revision(number) else {
                    // It says which of the reasons it is.
                    _ = try await store.rules(at: number)
                    throw Problem(.gone, "When revision \(number) was made is not known any more.")
                }
                (time, revision) = (record.at, number)
            }
            let rules = try await store.rules(at: revision).withoutOverrides(overAt: time)
            let catalog = try await store.catalog(at: time)
            let last = try await store.ledger(LedgerQuery(until: time.adding(.milliseconds(1)), limit: 1)).records.first
            return PastState(
                rules: rules, catalog: catalog, resolution: Resolution(rules: rules, catalog: catalog),
                index: last?.entry.index ?? 0)
        }
    }

    /// What a worker did with `request` at a moment in the past.
    /// - Throws: as `rules(at:)`, and `CompileError`.
    package nonisolated func explain(_ request: RequestFacts, at moment: Moment) async throws -> Explanation {
        let past = try await state(at: moment)
        return try past.resolution.snapshot(index: past.index, revision: past.rules.revision)
            .explain(request, groups: past.resolution.groups)
    }

    /// Revisions, newest first.
    package nonisolated func revisions(
        before: Int?, limit: Int, changesLimit: Int
    ) async throws -> (records: [(record: RevisionRecord, changeCount: Int)], hasMore: Bool) {
        try await reading { try await store.revisions(before: before, limit: limit, changesLimit: changesLimit) }
    }

    /// One revision with its documents.
    /// - Throws: `Problem` (`not_found`, `gone` or `unavailable`).
    package nonisolated func revision(_ number: Int) async throws -> RevisionRecord {
        try await reading {
            if let record = try await store.revision(number) { return record }
            _ = try await store.rules(at: number)
            throw Problem(.gone, "Revision \(number) is not kept any more.")
        }
    }

    /// What leads from the rules at one revision to those at another.
    /// - Throws: as `rules(at:)`.
    package nonisolated func difference(from old: Int, to new: Int) async throws -> [RevisionChange] {
        let (before, after) = (try await rules(at: .revision(old)), try await rules(at: .revision(new)))
        return try Self.changes("group", before.groups, after.groups)
            + Self.changes("route", before.routes, after.routes)
            + Self.changes("override", before.overrides, after.overrides)
    }

    private static func changes<Value>(
        _ kind: String, _ before: TreeDictionary<String, StoredRule<Value>>,
        _ after: TreeDictionary<String, StoredRule<Value>>
    ) throws -> [RevisionChange] {
        try Set(before.keys).union(after.keys).sorted().compactMap { name in
            let (old, new) = (before[name]?.document, after[name]?.document)
            guard old != new else { return nil }
            return RevisionChange(
                kind: kind, name: name, action: old == nil ? .created : new == nil ? .deleted : .updated,
                before: try old.map { try CanonicalJSON.decode(JSONValue.self, from: $0) },
                after: try new.map { try CanonicalJSON.decode(JSONValue.self, from: $0) })
        }
    }

    /// The command that makes the rules what they were at `revision`.
    /// - Throws: as `rules(at:)`.
    package nonisolated func rollback(to revision: Int) async throws -> RuleCommand {
        .rollback(to: revision, try await rules(at: .revision(revision)))
    }

    /// One entry of the ledger.
    /// - Throws: `Problem` (`not_found` or `unavailable`).
    package nonisolated func entry(_ id: Int64) async throws -> LedgerRecord {
        try await reading {
            guard let record = try await store.entry(id) else {
                throw Problem(.notFound, "There is no ledger entry \(id), or it is not kept any more.")
            }
            return record
        }
    }

    /// Matching entries of the ledger with ids above `id`, oldest first.
    /// - Returns: with them up to which id all has been looked at.
    package nonisolated func entries(
        after id: Int64, _ query: LedgerQuery, limit: Int
    ) async throws -> (records: [LedgerRecord], through: Int64) {
        try await reading { try await store.entries(after: id, query, limit: limit) }
    }

    package nonisolated func newestEntry() async throws -> Int64 { try await reading { try await store.newestEntry() } }

    /// Whether any entry of the ledger has been changed, removed or put in.
    package nonisolated func verifyLedger() async throws -> LedgerVerification {
        try await reading { try await store.verifyLedger() }
    }

    /// Copies the whole database, as it is at one moment, into a new file.
    package nonisolated func backup(to path: String) async throws {
        try await reading { try await store.backup(to: path) }
    }

    /// Whatever the store says that isn't about the question becomes `unavailable`.
    nonisolated func reading<T>(_ read: () async throws -> T) async throws -> T {
        do {
            return try await read()
        } catch let problem as Problem {
            throw problem
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.error("The store could not be read", metadata: ["error": "\(error)"])
            throw Problem(.unavailable, "The store can't be read now.")
        }
    }
}

internal import HashTreeCollections
internal import Logging
internal import RoutingEngine
package import RoutingModel

extension ControlPlane {
    /// Carries out `command`: validated against the whole rule set, committed with its revision and its ledger entry,
    /// and durable when this returns.
    ///
    /// Commands that arrive while a transaction is being written share the next one.
    /// - Parameters:
    ///   - author: who, for the ledger: `token:NAME`.
    ///   - reason: why, in the author's words.
    /// - Throws: `Problem`; nothing was stored then.
    package func execute(_ command: RuleCommand, author: String, reason: String? = nil) async throws -> CommandResult {
        try await withCheckedThrowingContinuation { continuation in
            pendingCommands.append(
                PendingCommand(command: command, author: author, reason: reason, continuation: continuation))
            guard !isCommitting else { return }
            isCommitting = true
            Task { await self.commitPending() }
        }
    }

    private func commitPending() async {
        while !pendingCommands.isEmpty {
            let batch = pendingCommands
            pendingCommands = []
            await commit(batch)
        }
        isCommitting = false
    }

    private func commit(_ batch: [PendingCommand]) async {
        var working = rules
        var commits: [RuleCommit] = []
        var answers: [(CheckedContinuation<CommandResult, any Error>, Result<Planned, any Error>)] = []
        let promised = published.snapshot.index + 1
        for pending in batch {
            do {
                let at = Timestamp.now()
                let changes = try working.plan(pending.command, at: at)
                if !changes.isEmpty {
                    let revision = working.revision + 1
                    // All that can throw comes first: a revision that is counted must be committed.
                    let entries = try changes.map { try entry(for: $0, pending, at: at, revision, promised) }
                    working.apply(changes, revision: revision)
                    commits.append(
                        RuleCommit(
                            revision: revision, at: at, author: pending.author, changes: changes, entries: entries))
                }
                answers.append((pending.continuation, .success(Planned(changes: changes, revision: working.revision))))
            } catch {
                answers.append((pending.continuation, .failure(error)))
            }
        }
        do {
            isTransactionOpen = true
            if !commits.isEmpty { try await store.commit(commits) }
            isTransactionOpen = false
        } catch {
            transactionEnded()
            logger.error("A write could not be committed", metadata: ["error": "\(error)"])
            // Nothing of the batch is stored. What was refused keeps its own reason.
            let problem = Problem(.unavailable, "The store could not commit the change; nothing was changed.")
            for (continuation, answer) in answers {
                if case .failure(let refusal) = answer {
                    continuation.resume(throwing: refusal)
                } else {
                    continuation.resume(throwing: problem)
                }
            }
            return
        }
        take(commits.flatMap(\.changes), as: working)
        transactionEnded()
        // Not always the index that the ledger was promised: a stalled transaction lets peers' changes go first. And what
        // changes nothing may still be about a change that waits to be published.
        let index = isDirty ? published.snapshot.index + 1 : published.snapshot.index
        for (continuation, answer) in answers {
            continuation.resume(
                with: answer.map { CommandResult(changes: $0.changes, revision: $0.revision, index: index) })
        }
    }

    /// What a command comes to, before it is known which snapshot has it.
    private struct Planned {
        let changes: [RuleChange]
        let revision: Int
    }

    /// Makes committed changes true: resolves what they touch, publishes, and watches what is named now.
    private func take(_ changes: [RuleChange], as working: RuleSet) {
        guard !changes.isEmpty else { return }
        rules = working
        var touched: Set<ServiceKey> = []
        for change in changes {
            switch change {
            case .group(let name, let before, let after):
                resolution.update(group: name, rules.groups[name]?.value, catalog: catalog)
                touched.formUnion([before, after].compactMap { $0?.value.consul?.key })
            case .route(let name, _, _): resolution.update(route: name, rules.routes[name]?.value)
            }
        }
        follow(touched)
        // Even a change that workers wouldn't notice is published: a snapshot's revision says what is in force.
        changed()
    }

    private func entry(
        for change: RuleChange, _ pending: PendingCommand, at: Timestamp, _ revision: Int, _ index: Int
    ) throws -> LedgerEntry {
        var groups: Set<String> = []
        var route: String?
        switch change {
        case .group(let name, _, _): groups = [name]
        case .route(let name, let before, let after):
            route = name
            groups = (before?.value.groups ?? []).union(after?.value.groups ?? [])
        }
        return LedgerEntry(
            at: at, kind: change.kind, actor: pending.author, groups: Array(groups), route: route,
            before: try change.before.map { try CanonicalJSON.decode(JSONValue.self, from: $0) },
            after: try change.after.map { try CanonicalJSON.decode(JSONValue.self, from: $0) },
            reason: pending.reason, revision: revision, index: index)
    }
}

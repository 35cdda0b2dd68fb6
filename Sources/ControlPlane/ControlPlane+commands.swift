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
    ///   - author: who, for the ledger.
    ///   - reason: why, in the author's words.
    ///   - precondition: what must hold of the object that is written.
    /// - Throws: `Problem`; nothing was stored then.
    package nonisolated func execute(
        _ command: RuleCommand, author: Author, reason: String? = nil, precondition: Precondition = .none
    ) async throws -> CommandResult {
        // Reading a large document takes long: not on the actor, which everybody waits for.
        try await enqueue(try command.prepared(), author, reason, precondition)
    }

    private func enqueue(
        _ command: PreparedCommand, _ author: Author, _ reason: String?, _ precondition: Precondition
    ) async throws -> CommandResult {
        try await withCheckedThrowingContinuation { continuation in
            pendingCommands.append(
                PendingCommand(
                    command: command, author: author, precondition: precondition, reason: reason,
                    continuation: continuation))
            guard !isCommitting else { return }
            isCommitting = true
            Task { await self.commitPending() }
        }
    }

    /// What `command` would do, without doing it.
    /// - Throws: `Problem`: whatever carrying it out would throw.
    package nonisolated func plan(
        _ command: RuleCommand, author: Author, precondition: Precondition = .none
    ) async throws -> ChangePlan {
        let command = try command.prepared()
        let rehearsal = try await rehearse(command, author, precondition)
        // Not on the actor: it takes time where much changes.
        return ChangePlan(
            baseRevision: rehearsal.base, changes: rehearsal.changes,
            effect: .between(
                rehearsal.changes, rules: rehearsal.rules, before: rehearsal.before, after: rehearsal.after,
                catalog: rehearsal.catalog, workers: Self.impacts(on: rehearsal.hindered)))
    }

    /// What carrying out a command would lead to.
    private struct Rehearsal {
        let base: Int
        let changes: [RuleChange]
        let rules: RuleSet
        let before: Resolution
        let after: Resolution
        let catalog: Catalog
        let hindered: [WorkerStatus]
    }

    /// The workers that will not take up a change, those heard of last first; a hundred at the most.
    private static func impacts(on hindered: [WorkerStatus]) -> [WorkerImpact] {
        hindered.sorted { ($1.lastSeenAt, $0.id) < ($0.lastSeenAt, $1.id) }.prefix(100).map { worker in
            let keeps = "it keeps routing by snapshot \(worker.applied)"
            guard worker.state == .live, let nack = worker.nack else {
                return WorkerImpact(id: worker.id, reason: "Not heard of since \(worker.lastSeenAt): \(keeps).")
            }
            return WorkerImpact(
                id: worker.id,
                reason:
                    "Could not apply snapshot \(nack.index) (\(nack.error)): \(keeps) until it can apply a newer one.")
        }
    }

    private func rehearse(
        _ command: PreparedCommand, _ author: Author, _ precondition: Precondition
    ) throws -> Rehearsal {
        let changes = try planned(command, by: author, precondition, in: rules, at: .now())
        var working = rules
        if !changes.isEmpty { working.apply(changes, revision: rules.revision + 1) }
        // Copies share what they have in common, so this costs what the changes touch.
        var after = resolution
        Self.resolve(changes, as: working, catalog: catalog, in: &after)
        return Rehearsal(
            base: rules.revision, changes: changes, rules: working, before: resolution, after: after,
            catalog: catalog, hindered: workerRegistry.hindered)
    }

    private func planned(
        _ command: PreparedCommand, by author: Author, _ precondition: Precondition, in working: RuleSet, at: Timestamp
    ) throws -> [RuleChange] {
        let changes = try working.plan(command, by: author.name, precondition: precondition, at: at)
        try authorize(changes, author)
        return changes
    }

    /// Refuses changes outside of what the author may touch. An override touches the groups that its peer is in.
    private func authorize(_ changes: [RuleChange], _ author: Author) throws {
        guard !author.scopes.isEmpty else { return }
        let problems = ProblemList()
        for change in changes {
            switch change {
            case .group(let name, _, _), .route(let name, _, _):
                if !author.mayChange(name) {
                    problems.add(.root["\(change.what)s"][name], "out_of_scope", "is outside of the token's scope")
                }
            case .override(let name, _, _):
                let groups = groups(having: PeerID(name))
                if groups.isEmpty || !groups.allSatisfy(author.mayChange) {
                    problems.add(
                        .root["overrides"][name], "out_of_scope", "is in groups outside of the token's scope")
                }
            }
        }
        guard !problems.isEmpty else { return }
        throw Problem(
            .forbidden,
            "The token may change routes and groups only whose names begin with "
                + "\(author.scopes.map { "'\($0)'" }.joined(separator: ", ")).",
            errors: problems.problems)
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
                let changes = try planned(
                    pending.command, by: pending.author, pending.precondition, in: working, at: at)
                if !changes.isEmpty {
                    let revision = working.revision + 1
                    // All that can throw comes first: a revision that is counted must be committed.
                    let entries = try entries(for: changes, pending, at: at, revision, promised)
                    working.apply(changes, revision: revision)
                    commits.append(
                        RuleCommit(
                            revision: revision, at: at, author: pending.author.name, message: pending.reason,
                            changes: changes, entries: entries))
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
        take(commits, as: working)
        if !commits.isEmpty { ledgerGrew() }
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
    private func take(_ commits: [RuleCommit], as working: RuleSet) {
        let changes = commits.flatMap(\.changes)
        guard let last = commits.last else { return }
        rules = working
        Self.resolve(changes, as: rules, catalog: catalog, in: &resolution)
        var touched: [ServiceKey: Set<String>] = [:]
        for case .group(let name, let before, let after) in changes {
            for key in [before, after].compactMap({ $0?.value.consul?.key }) { touched[key, default: []].insert(name) }
        }
        follow(touched, author: last.author)
        awaitExpiry()
        // Even a change that workers wouldn't notice is published: a snapshot's revision says what is in force.
        changed()
    }

    /// Resolves in `resolution` what `changes`, which `rules` have already, touch.
    private static func resolve(
        _ changes: [RuleChange], as rules: RuleSet, catalog: Catalog, in resolution: inout Resolution
    ) {
        var groups: Set<String> = []
        var peers: Set<PeerID> = []
        for change in changes {
            switch change {
            case .group(let name, _, _): groups.insert(name)
            case .route(let name, _, _): resolution.update(route: name, rules.routes[name]?.value)
            case .override(let name, _, _): peers.insert(PeerID(name))
            }
        }
        for names in resolution.groups(havingAnyOf: peers, in: catalog).values { groups.formUnion(names) }
        for name in groups.sorted() {
            resolution.update(
                group: name, rules.groups[name]?.value, catalog: catalog, overrides: rules.overrides)
        }
    }

    /// The groups that a peer is in, sorted.
    func groups(having peer: PeerID) -> [String] { resolution.groups(having: peer, in: catalog).sorted() }
}

internal import DequeModule
internal import Metrics
package import RoutingModel
internal import Synchronization

extension ControlPlane {
    /// The newest snapshot as soon as its index is not `index`; nil when `wait` is over before that, or when Signalbox
    /// is shutting down. The wait may be up to 50 ms longer.
    ///
    /// - Parameters:
    ///   - index: what the caller has; nil for whatever is newest.
    ///   - wait: how long to hold the question.
    ///   - worker: who asks; by asking it says that it enforces `index`. What it has refused isn't offered to it again:
    ///     it waits for something newer.
    package func update(after index: Int?, wait: Duration, worker: WorkerIdentity? = nil) async -> PublishedUpdate? {
        let id = newQuestionID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Cancelled before it was asked, it couldn't be withdrawn any more.
                let wait = Task.isCancelled ? .zero : wait
                ask(
                    UpdateQuestion(
                        id: id, index: index, wait: wait, worker: worker,
                        reply: { update in
                            self.delivered()
                            continuation.resume(returning: update)
                        }))
            }
        } onCancel: {
            Task { await self.withdraw([id]) }
        }
    }

    /// Takes in questions that are answered by a call, sooner or later, with what `update` would return.
    package func ask(_ questions: [UpdateQuestion]) {
        for question in questions { ask(question) }
    }

    /// Whoever asked these has gone. They are answered with nil if they are still held.
    package func withdraw(_ ids: [Int]) {
        for id in ids { release(id, with: nil) }
    }

    /// A number that no other question has.
    package nonisolated func newQuestionID() -> Int {
        lastQuestion.wrappingAdd(1, ordering: .relaxed).newValue
    }

    private func ask(_ question: UpdateQuestion) {
        let worker = question.worker
        if let worker { workerAsked(worker, applied: question.index ?? 0) }
        let newest = published.snapshot.index
        let isRefused = worker.map { workerRegistry.hasRefused($0.id, index: newest) } ?? false
        guard let index = question.index, index == newest || isRefused else {
            return reply(question.reply, update(for: question.index))
        }
        guard question.wait > .zero, !isShuttingDown else { return reply(question.reply, nil) }
        let tick = tick(after: question.wait)
        watchers[question.id] = Watcher(base: index, worker: worker, tick: tick, reply: question.reply)
        expiring[tick, default: []].insert(question.id)
        waiting.append(question.id)
        // Waits end all the time while nothing is published.
        if waiting.count > 2 * watchers.count + 1_024 { waiting.removeAll { watchers[$0] == nil } }
        if let worker { workerRegistry.held(worker.id) }
    }

    /// Answers everybody who waits, so that connections can end: the first step of shutting down.
    package func releaseWatchers() {
        isShuttingDown = true
        for id in watchers.keys { release(id, with: nil) }
        endBarriers()
    }

    /// How many are answered in one go, and how many answers may be on their way to their sockets: what else is to be
    /// done, here and there, gets its turn in between.
    private static let answeredAtOnce = 64
    private static let undeliveredAtOnce = 512

    /// A snapshot was published: whoever waits for it gets it, the workers of this process first, then those who have
    /// waited for longest.
    func answerWatchers() {
        updates = [:]
        let index = published.snapshot.index
        var stay: [Int] = []
        for id in waiting {
            guard let watcher = watchers[id] else { continue }
            if let worker = watcher.worker, workerRegistry.hasRefused(worker.id, index: index) {
                stay.append(id)
            } else if watcher.worker?.isEmbedded == true {
                release(id, with: update(for: watcher.base))
            } else {
                due.append(id)
            }
        }
        waiting = stay
        guard !isAnswering else { return }
        isAnswering = true
        answerSome()
        if due.isEmpty { isAnswering = false } else { answerSoon() }
    }

    /// Goes on when others have had their turn.
    private nonisolated func answerSoon() { Task { await answerTheRest() } }

    private func answerTheRest() async {
        while !due.isEmpty {
            if undelivered.load(ordering: .acquiring) >= Self.undeliveredAtOnce {
                // Whoever delivers the one that makes it few enough goes on here.
                isWaitingForDelivery.store(true, ordering: .sequentiallyConsistent)
                guard undelivered.load(ordering: .sequentiallyConsistent) < Self.undeliveredAtOnce,
                    isWaitingForDelivery.exchange(false, ordering: .sequentiallyConsistent)
                else { return }
            }
            answerSome()
            await Task.yield()
        }
        isAnswering = false
    }

    private func answerSome() {
        for _ in 0..<min(Self.answeredAtOnce, due.count) {
            // It may have gone meanwhile.
            guard let id = due.popFirst(), let watcher = watchers[id] else { continue }
            if let worker = watcher.worker, workerRegistry.hasRefused(worker.id, index: published.snapshot.index) {
                waiting.append(id)
            } else {
                release(id, with: update(for: watcher.base))
            }
        }
    }

    /// An answer has been written, or there is nobody to write it to: to be called once for each reply.
    package nonisolated func delivered() {
        let left = undelivered.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue
        guard left < Self.undeliveredAtOnce / 2, isWaitingForDelivery.load(ordering: .sequentiallyConsistent),
            isWaitingForDelivery.exchange(false, ordering: .sequentiallyConsistent)
        else { return }
        answerSoon()
    }

    /// One for all who have the same.
    private func update(for base: Int?) -> PublishedUpdate {
        guard let base else { return PublishedUpdate(published, base: nil, changes: nil) }
        if let known = updates[base] { return known }
        let made = PublishedUpdate(published, base: base, changes: changeLog.changes(after: base))
        // Few are behind by more than one; whoever asks from made-up indexes must not fill the memory.
        if updates.count < 256 { updates[base] = made }
        return made
    }

    private func release(_ id: Int, with update: PublishedUpdate?) {
        guard let watcher = watchers.removeValue(forKey: id) else { return }
        expiring[watcher.tick]?.remove(id)
        if let worker = watcher.worker { workerRegistry.answered(worker.id, clock: clock.now) }
        reply(watcher.reply, update)
    }

    private func reply(_ reply: UpdateQuestion.Reply, _ update: PublishedUpdate?) {
        undelivered.wrappingAdd(1, ordering: .sequentiallyConsistent)
        reply(update)
    }

    // MARK: The end of waits

    /// Waits end at ticks: one timer for all that end together, rather than one for each of thousands.
    private static let tickLength = Duration.milliseconds(50)

    /// The tick at which a wait from now on is over; sees to it that it will be noticed.
    private func tick(after wait: Duration) -> Int64 {
        let elapsed = clock.now - began + wait
        let tick = Int64((elapsed / Self.tickLength).rounded(.up))
        if expiring[tick] == nil {
            expiring[tick] = []
            Task {
                try? await self.clock.sleep(until: self.began + Self.tickLength * Int(tick))
                self.expire(tick)
            }
        }
        return tick
    }

    private func expire(_ tick: Int64) {
        for id in expiring.removeValue(forKey: tick) ?? [] { release(id, with: nil) }
    }

    // MARK: Workers

    /// Every worker that has asked, by id.
    package var workers: [WorkerStatus] { workerRegistry.all }

    private func workerAsked(_ worker: WorkerIdentity, applied: Int) {
        let now = Timestamp.now()
        // An index that was never published is some other control plane's, or that of a data directory before this one.
        let applied = applied <= published.snapshot.index ? applied : 0
        if workerRegistry.asked(worker, applied: applied, at: now, clock: clock.now) == .joined {
            record(worker.id, .workerJoined, at: now, index: applied)
        }
        settleBarriers(worker.id)
    }

    /// A worker could not apply `index` and keeps what it has.
    /// - Throws: `Problem`: `not_found` for a worker that has never asked, `invalid` for an index that there isn't.
    package func workerRefused(_ id: String, index: Int, error: String) throws {
        guard workerRegistry[id] != nil else { throw RuleSet.notFound("worker", id) }
        guard index <= published.snapshot.index else {
            throw Problem(
                .invalid, "There is no snapshot \(index) yet.",
                errors: [FieldProblem(pointer: "/index", code: "invalid_value", message: "is above the newest index")])
        }
        let now = Timestamp.now()
        let nack = WorkerStatus.Nack(index: index, error: error, at: now)
        if workerRegistry.refused(id, nack, clock: clock.now) {
            record(id, .workerNack, at: now, index: index, cause: error)
        }
        settleBarriers(id)
    }

    /// Looks every second for workers that don't ask any more, until it is cancelled.
    func watchWorkers() async {
        while (try? await clock.sleep(for: .seconds(1))) != nil {
            for lost in workerRegistry.sweep(at: clock.now, patience: configuration.workerPatience) {
                Counter(label: "signalbox_workers_lost").increment()
                record(
                    lost.id, .workerLost, at: .now(), index: lost.applied,
                    cause: "It has not asked for a snapshot for \(configuration.workerPatience).")
                settleBarriers(lost.id)
                peerHealthBook.forget(lost.id)
            }
        }
    }

    private func record(_ worker: String, _ kind: LedgerKind, at: Timestamp, index: Int, cause: String? = nil) {
        record(
            CatalogCommit(entries: [
                LedgerEntry(
                    at: at, kind: kind, actor: kind == .workerLost ? "signalbox" : "worker:\(worker)", worker: worker,
                    cause: cause, revision: rules.revision, index: index)
            ]))
    }
}

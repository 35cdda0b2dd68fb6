internal import Logging
internal import Metrics
internal import RoutingEngine
internal import RoutingModel

extension ControlPlane {
    /// Indexes kept in reserve, so that publishing need not write to the store each time.
    static let indexReserve = 1_000

    /// Something that workers must learn: published now, or at the end of the window.
    func changed() {
        isDirty = true
        act(on: window.change(at: clock.now))
    }

    /// A transaction has been committed or given up, and what it changed is in force.
    func transactionEnded() {
        isTransactionOpen = false
        holds += 1
        guard isHeldForTransaction else { return }
        isHeldForTransaction = false
        if isDirty { publish() }
    }

    private func act(on action: PublishWindow.Action) {
        switch action {
        case .publish: publish()
        case .nothing: break
        case .wait(let end):
            Task {
                try? await self.clock.sleep(until: end)
                self.endWindow()
            }
        }
    }

    private func endWindow() {
        if window.windowEnded(at: clock.now) == .publish, isDirty { publish() }
    }

    /// The ledger entries being written were promised the next index, so what else has changed goes out with them.
    /// But a stalled disk must not keep peers' changes from workers: after the grace they go out alone.
    private func holdForTransaction() {
        guard !isHeldForTransaction else { return }
        isHeldForTransaction = true
        let hold = holds
        Task {
            try? await self.clock.sleep(for: self.configuration.commitGrace)
            self.graceEnded(hold)
        }
    }

    private func graceEnded(_ hold: Int) {
        // The transaction that was waited for may be over, and another one waited for.
        guard isHeldForTransaction, hold == holds else { return }
        isHeldForTransaction = false
        if isDirty { publish(despiteTransaction: true) }
    }

    private func publish(despiteTransaction: Bool = false) {
        if isTransactionOpen, !despiteTransaction { return holdForTransaction() }
        let index = published.snapshot.index + 1
        guard index <= reservedIndex else {
            // Thousands of snapshots within one write: the reservation publishes when it is through.
            reserveMore()
            return
        }
        isDirty = false
        changeLog.add(index, resolution.takeChanges())
        published = PublishedSnapshot(resolution, index: index, revision: rules.revision)
        Counter(label: "signalbox_snapshots_published").increment()
        logger.debug("Published a snapshot", metadata: ["index": "\(index)", "revision": "\(rules.revision)"])
        answerWatchers()
        if index + Self.indexReserve / 2 > reservedIndex { reserveMore() }
    }

    private func reserveMore() {
        guard !isReserving else { return }
        isReserving = true
        Task { await self.reserve() }
    }

    private func reserve() async {
        let through = published.snapshot.index + Self.indexReserve
        do {
            try await store.reserveIndexes(through: through)
            reservedIndex = through
        } catch {
            logger.error("Indexes could not be reserved; it will be tried again", metadata: ["error": "\(error)"])
            try? await clock.sleep(for: .milliseconds(200))
        }
        isReserving = false
        if isDirty { publish() }
    }
}

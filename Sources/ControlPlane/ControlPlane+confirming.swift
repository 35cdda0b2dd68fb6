internal import HashTreeCollections
internal import Logging
internal import Metrics
internal import RoutingEngine
package import RoutingModel

extension ControlPlane {
    /// What believing `observation` would do, when that is too much to be believed at once; else nil.
    func alarm(at observation: ServiceObservation, known: CatalogService) -> String? {
        guard configuration.guarding.isOn, discovery != nil, !known.instances.isEmpty,
            case .answer = observation.outcome
        else { return nil }
        let fold = CatalogFold(observation, into: known)
        guard !fold.changes.isEmpty else { return nil }
        let believed = Catalog([fold.service])
        let names = resolution.groups(of: observation.key)
        let before = names.compactMap { resolution.groups[$0] }
        let after = names.compactMap { name in
            rules.groups[name].map {
                Resolver.resolve(name, $0.value, in: believed, overrides: rules.overrides)
            }
        }
        guard before.count == after.count else { return nil }
        return ShrinkCheck.alarm(
            before, after: after, empties: fold.service.instances.isEmpty, policy: configuration.guarding)
    }

    /// Does what the guard wants.
    func perform(_ actions: [DiscoveryGuard.Action]) {
        for action in actions {
            switch action {
            case .believe(let observation): believe(observation)
            case .ask(let key, let number): ask(key, number)
            case .hold(let key, let held, let isNew): hold(key, held, isNew: isNew)
            case .wait(let key, let number, let pause): wait(key, number, pause)
            case .refute(let key, let cause):
                recordHeld(key, at: .now(), cause: cause, instances: nil)
                logger.notice(
                    "An answer of Consul's was not confirmed", metadata: ["service": "\(key)", "cause": "\(cause)"])
            case .putBack(let service): putBack(service)
            }
        }
    }

    private func ask(_ key: ServiceKey, _ number: Int) {
        Task {
            guard let answer = await self.discovery?.confirm(key) else { return }
            self.confirmed(key, number, answer)
        }
    }

    private func confirmed(_ key: ServiceKey, _ number: Int, _ answer: DiscoveryConfirmation) {
        guard let known = catalog.services[key] else { return }
        perform(
            discoveryGuard.confirmed(
                key, number: number, answer, alarm: alarm(at: answer.observation, known: known), known: known,
                at: clock.now))
    }

    private func wait(_ key: ServiceKey, _ number: Int, _ pause: Duration) {
        Task {
            try? await self.clock.sleep(for: pause)
            guard !self.isShuttingDown else { return }
            self.perform(self.discoveryGuard.waited(key, number: number))
        }
    }

    /// What is known of the service stays, stale; one row in the ledger, however often it is held anew.
    private func hold(_ key: ServiceKey, _ held: HeldAnswer, isNew: Bool) {
        believe(
            ServiceObservation(
                key: key, at: .now(), outcome: .failure(reason: held.reason), nextAttemptAt: held.recheckAt))
        guard isNew else { return }
        Counter(label: "signalbox_discovery_held").increment()
        logger.warning(
            "An answer of Consul's is held: the last known peers stay",
            metadata: ["service": "\(key)", "reason": "\(held.reason)"])
        // After the entry that says that it is stale: `lastWords` goes by that order.
        if announcedHeld.insert(key).inserted {
            recordHeld(key, at: held.since, cause: held.reason, instances: held.instances)
        }
    }

    private func recordHeld(_ key: ServiceKey, at: Timestamp, cause: String, instances: Int?) {
        record(
            CatalogCommit(entries: [
                LedgerEntry(
                    at: at, kind: .discoveryHeld, actor: "signalbox", service: key.description,
                    groups: resolution.groups(of: key),
                    after: instances.map { ["instances": .integer(Int64($0))] }, cause: cause,
                    consulIndex: catalog.services[key]?.watch.consulIndex, revision: rules.revision,
                    index: indexOfNow)
            ]))
    }

    private func putBack(_ service: CatalogService) {
        guard let known = catalog.services[service.key] else { return }
        take(
            CatalogFold(puttingBack: service, into: known), known: known, at: .now(), actor: "signalbox",
            cause: "Put back: many services were gone from Consul at once.", isNews: false)
    }

    // MARK: The operator's word

    /// Believes what is held of a service.
    /// - Parameters:
    ///   - author: who says so, for the ledger: `token:NAME`.
    ///   - reason: why, in the author's words.
    /// - Throws: `Problem`: `not_found` when the service isn't watched, `conflict` when nothing is held of it.
    package func accept(_ key: ServiceKey, author: String, reason: String? = nil) throws {
        guard let known = catalog.services[key] else { throw RuleSet.notFound("service", key.description) }
        guard let held = discoveryGuard.held(key), let answer = discoveryGuard.accept(key) else {
            throw Problem(.conflict, "Nothing is held of service '\(key)': its last answer is in force.")
        }
        let now = Timestamp.now()
        logger.notice("A held answer was accepted", metadata: ["service": "\(key)", "by": "\(author)"])
        take(
            CatalogFold(answer, into: known), known: known, at: now,
            cause: "A held answer was accepted by \(author)\(reason.map { ": \($0)" } ?? ".")",
            opening: LedgerEntry(
                at: now, kind: .discoveryAccepted, actor: author, service: key.description,
                groups: resolution.groups(of: key), after: ["instances": .integer(Int64(held.instances))],
                reason: reason, cause: held.reason, consulIndex: known.watch.consulIndex, revision: rules.revision))
        restored.remove(key)
    }
}

internal import HashTreeCollections
internal import Logging
internal import RoutingEngine
internal import RoutingModel

extension ControlPlane {
    /// Why `observation` must be confirmed before it is believed; nil when it needn't be.
    func alarm(at observation: ServiceObservation, known: CatalogService) -> String? {
        guard discovery != nil, case .answer = observation.outcome, !known.instances.isEmpty else { return nil }
        let fold = CatalogFold(observation, into: known)
        guard !fold.changes.isEmpty else { return nil }
        let believed = Catalog([fold.service])
        let names = resolution.groups(of: observation.key)
        let before = names.compactMap { resolution.groups[$0] }
        let after = names.compactMap { name in
            rules.groups[name].map { Resolver.resolve(name, $0.value, in: believed) }
        }
        guard before.count == after.count else { return nil }
        return ShrinkCheck.alarm(before, after: after)
    }

    /// Has `key` asked about a second time, past any server that may lag; until that is answered, what is known stays.
    func confirm(_ key: ServiceKey, _ alarm: String) {
        let failures = confirmations[key]?.failures ?? 0
        confirmationNumber += 1
        let number = confirmationNumber
        confirmations[key] = Confirmation(number: number, alarm: alarm, failures: failures)
        Task {
            guard let answer = await self.discovery?.confirm(key) else { return }
            self.confirmed(key, number, answer.observation)
        }
    }

    private func confirmed(_ key: ServiceKey, _ number: Int, _ answer: ServiceObservation) {
        // A newer answer may have settled it, or asked for a confirmation of its own.
        guard var confirmation = confirmations[key], confirmation.number == number else { return }
        guard case .failure(let reason) = answer.outcome else {
            confirmations[key] = nil
            believe(answer)
            return
        }
        confirmation.failures += 1
        confirmations[key] = confirmation
        believe(
            ServiceObservation(
                key: key, at: answer.at,
                outcome: .failure(
                    reason: "An answer that would \(confirmation.alarm) could not be confirmed: \(reason)")))
        // The watch may be held for a minute before it says anything again.
        let pause = Duration.milliseconds(min(30_000, 250 << min(confirmation.failures, 7)))
        Task {
            try? await self.clock.sleep(for: pause)
            self.confirmAgain(key, number)
        }
    }

    private func confirmAgain(_ key: ServiceKey, _ number: Int) {
        guard let confirmation = confirmations[key], confirmation.number == number, !isShuttingDown else { return }
        confirm(key, confirmation.alarm)
    }
}

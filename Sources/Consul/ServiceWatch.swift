internal import Logging
internal import RoutingModel

/// One service's loop of blocking queries.
struct ServiceWatch: Sendable {
    let service: ServiceKey
    let client: ConsulClient
    let configuration: ConsulConfiguration
    let logger: Logger
    let slots: WatchSlots
    let report: @Sendable (ServiceObservation) -> Void

    /// Asks until the task is cancelled; reports each answer and each failure once, in order.
    func run() async {
        var query = BlockingQueryState()
        var backoff = Backoff(configuration.backoff)
        var rate = QueryRateLimit()
        var last: HealthAnswer?
        var failures = 0
        while !Task.isCancelled {
            let pause: Duration
            do {
                let answer = try await ask(after: query.index)
                let index = query.answered(header: answer.index)
                report(.answer(index, answer, of: service))
                backoff.succeeded()
                if failures > 0 {
                    logger.notice("Consul answers again", metadata: ["service": "\(service)"])
                    failures = 0
                }
                let news = !(last?.saysTheSame(as: answer) ?? false)
                last = answer
                pause = rate.answered(at: .now, news: news)
            } catch {
                if Task.isCancelled { return }
                let failure = ConsulFailure(error, address: configuration.addresses[0])
                query.failed(failure.kind)
                report(.failure(failure, of: service))
                failures += 1
                pause = backoff.failed(chance: .random(in: 0..<1))
                logger.log(
                    level: failures == 1 ? .warning : .debug, "\(failure.reason)",
                    metadata: ["service": "\(service)", "failures": "\(failures)", "pause": "\(pause)"])
            }
            if pause > .zero {
                do { try await Task.sleep(for: pause) } catch { return }
            }
        }
    }

    /// Asks when it is this service's turn.
    private func ask(after index: UInt64?) async throws -> HealthAnswer {
        let question: @Sendable () -> HealthQuestion = {
            // Looked at when the turn comes: there may be more services by then.
            let wait = slots.isCrowded ? min(configuration.turn, configuration.wait) : configuration.wait
            return HealthQuestion(service: service, mode: .watch(index: index, wait: wait))
        }
        return try await (index == nil ? slots.immediate : slots.held).use { try await client.ask(question(), of: 0) }
    }
}

extension ServiceObservation {
    /// `answer`, come just now.
    static func answer(_ index: UInt64, _ answer: HealthAnswer, of service: ServiceKey) -> Self {
        ServiceObservation(
            key: service, at: .now(),
            outcome: .answer(consulIndex: index, instances: answer.instances, skipped: answer.skipped))
    }

    /// `failure`, seen just now.
    static func failure(_ failure: ConsulFailure, of service: ServiceKey) -> Self {
        ServiceObservation(key: service, at: .now(), outcome: .failure(reason: failure.reason))
    }
}

import Consul
import RoutingModel
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import TestKit

/// All that a discovery has reported so far.
final class ObservationLog: Sendable {
    private let kept = Mutex<[ServiceObservation]>([])

    func append(_ observation: ServiceObservation) { kept.withLock { $0.append(observation) } }

    var all: [ServiceObservation] { kept.withLock { $0 } }

    func outcomes(of name: String) -> [ServiceObservation.Outcome] { all.filter { $0.key.name == name }.map(\.outcome) }

    var failures: [String] { all.compactMap { if case .failure(let reason) = $0.outcome { reason } else { nil } } }

    /// Waits until the newest answer about `name` has instances that are as they should be.
    @discardableResult
    func instances(of name: String, _ what: String, _ fit: ([Instance]) -> Bool) async throws -> [Instance] {
        try await eventually("\(name) \(what)") {
            if case .answer(_, let instances, _) = outcomes(of: name).last, fit(instances) { instances } else { nil }
        }
    }
}

/// Runs a discovery while `body` runs, then shuts it down gracefully and waits for its end.
func withDiscovery<Value: Sendable>(
    _ configuration: ConsulConfiguration, watching names: String...,
    body: @escaping @Sendable (ConsulDiscovery, ObservationLog) async throws -> Value
) async throws -> Value {
    let discovery = ConsulDiscovery(configuration: configuration, logger: .silent)
    let log = ObservationLog()
    discovery.watch(Set(names.map { ServiceKey(name: $0) }))
    return try await testGracefulShutdown { trigger in
        async let collected: Void = {
            for await observation in discovery.observations { log.append(observation) }
        }()
        async let ended: Void = discovery.run()
        let result: Result<Value, any Error>
        do { result = .success(try await body(discovery, log)) } catch { result = .failure(error) }
        trigger.triggerGracefulShutdown()
        try await ended
        await collected
        return try result.get()
    }
}

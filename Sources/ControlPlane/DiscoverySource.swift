package import RoutingModel

/// Who tells what is alive.
package protocol DiscoverySource: Sendable {
    /// In order for each service; one consumer.
    var observations: AsyncStream<ServiceObservation> { get }
    /// The whole set of services to watch from now on.
    func watch(_ services: Set<ServiceKey>)
    /// Asks once more about a service, so that the answer is no server's old knowledge; a failure is in the outcome.
    func confirm(_ service: ServiceKey) async -> DiscoveryConfirmation
    /// By how much what is known of a service may be behind while all is well.
    var stalenessBound: Duration { get }
}

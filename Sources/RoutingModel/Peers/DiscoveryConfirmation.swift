/// What a second, `consistent` question about a service gave, for an answer that takes too much away to be believed
/// at once.
package struct DiscoveryConfirmation: Hashable, Sendable {
    /// The answer, or why there is none.
    package let observation: ServiceObservation
    /// The names of all services that Consul shows in the service's datacenter (`/v1/catalog/services?consistent`),
    /// asked in the same breath when `observation` has no instance left; nil when it wasn't asked or not answered.
    package let catalogue: Set<String>?

    package init(observation: ServiceObservation, catalogue: Set<String>? = nil) {
        self.observation = observation
        self.catalogue = catalogue
    }
}

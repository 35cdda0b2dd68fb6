internal import RoutingModel

/// Which services of one datacenter have gone at about the same time. Pure: the time comes in with every event.
///
/// One service may well lose all its instances. When many do at once it is more likely that Consul has lost its data,
/// or that a token has lost its rights.
struct MassLoss {
    /// A service that was believed to have no instance left.
    struct Vanished {
        let at: ContinuousClock.Instant
        /// As it was before.
        let before: CatalogService
        /// The answer that was believed.
        let answer: ServiceObservation
        let would: String
    }

    /// How many of how many services are gone.
    struct Extent: Equatable {
        let gone: Int
        let services: Int
    }

    /// Services with instances, as known.
    private(set) var populated: Set<String> = []
    private var vanished: [String: Vanished] = [:]
    /// Services that are held because of this loss, and those of them that an operator has accepted since: these still
    /// count as gone, or else each acceptance would bring the others nearer to being believed.
    private var held: Set<String> = []
    private var accepted: Set<String> = []

    var isEmpty: Bool { populated.isEmpty && vanished.isEmpty && held.isEmpty }

    /// What is known of a service now.
    mutating func knows(_ name: String, hasInstances: Bool) {
        guard hasInstances else {
            populated.remove(name)
            return
        }
        populated.insert(name)
        vanished[name] = nil
        accepted.remove(name)
    }

    /// Judges the confirmed answer that `name` has no instance left.
    /// - Parameter catalogue: the services that Consul lists.
    /// - Returns: nil when no more are gone than may well be.
    func extent(
        with name: String, catalogue: Set<String>, policy: GuardPolicy, at now: ContinuousClock.Instant
    ) -> Extent? {
        guard policy.massShare > 0 else { return nil }
        let recent = Set(vanished.filter { now - $0.value.at <= policy.massWindow }.keys)
        let services = populated.union(recent).union(accepted).union([name])
        let gone = services.subtracting(catalogue).union(recent).union([name]).count
        guard gone >= max(1, policy.massMinimum), gone * 100 > services.count * policy.massShare else { return nil }
        return Extent(gone: gone, services: services.count)
    }

    /// `name` is held; gives back those who went with it and were believed.
    mutating func hold(
        _ name: String, within window: Duration, at now: ContinuousClock.Instant
    ) -> [Vanished] {
        let back = vanished.filter { now - $0.value.at <= window && $0.key != name }
        vanished = [:]
        held.formUnion(back.keys)
        held.insert(name)
        return back.sorted { $0.key < $1.key }.map(\.value)
    }

    /// `name` is believed to have no instance left.
    mutating func believe(_ name: String, _ loss: Vanished, within window: Duration) {
        vanished = vanished.filter { loss.at - $0.value.at <= window }
        vanished[name] = loss
        release(name)
    }

    /// An operator says that `name` has gone.
    mutating func accept(_ name: String) {
        if held.contains(name) { accepted.insert(name) }
        release(name)
    }

    /// `name` is not held any more.
    mutating func release(_ name: String) {
        held.remove(name)
        if held.isEmpty { accepted = [] }
    }

    /// `name` is not watched any more.
    mutating func forget(_ name: String) {
        populated.remove(name)
        vanished[name] = nil
        accepted.remove(name)
        release(name)
    }
}

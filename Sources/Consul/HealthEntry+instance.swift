internal import RoutingModel

extension HealthEntry {
    /// The instances of an answer, and the entries that can't be peers, each in the order of their ids.
    static func resolve(_ entries: [HealthEntry], of service: ServiceKey) -> ([Instance], [SkippedInstance]) {
        var instances: [PeerID: Instance] = [:]
        var skipped: [SkippedInstance] = []
        for entry in entries {
            switch entry.resolved(of: service) {
            case .failure(let skip):
                skipped.append(skip.instance)
            case .success(let instance) where instances[instance.id] != nil:
                skipped.append(
                    SkippedInstance(
                        id: instance.id,
                        reason: "Consul lists this node and service id more than once; the first counts."))
            case .success(let instance):
                instances[instance.id] = instance
            }
        }
        return (
            instances.values.sorted { $0.id < $1.id },
            skipped.sorted { ($0.id.description, $0.reason) < ($1.id.description, $1.reason) }
        )
    }

    private struct Skip: Error { let instance: SkippedInstance }

    private func resolved(of key: ServiceKey) -> Result<Instance, Skip> {
        let id = PeerID(node: node.name, serviceID: service.id)
        func skip(_ reason: String) -> Result<Instance, Skip> {
            .failure(Skip(instance: SkippedInstance(id: id, reason: reason)))
        }
        guard !node.name.isEmpty, !service.id.isEmpty else { return skip("It has no node name or no service id.") }
        // The rule of every consumer of this endpoint: the service's own address, or else its node's.
        guard let address = [service.address, node.address].lazy.compactMap({ $0 }).first(where: { !$0.isEmpty }) else {
            return skip("Neither the service nor its node has an address.")
        }
        // What is no address could only fail in a worker, or do worse in a file that one writes.
        guard StaticPeer.isAddress(address) else {
            return skip("Its address is neither an IP address nor a host name.")
        }
        guard let port = service.port, port != 0 else { return skip("It has no port.") }
        guard (1...65535).contains(port) else { return skip("Its port \(port) is outside 1 … 65,535.") }
        return .success(
            Instance(
                node: node.name, serviceID: service.id, service: service.name ?? key.name, address: address, port: port,
                tags: (service.tags ?? []).compactMap { $0 }, meta: (service.meta ?? [:]).compactMapValues { $0 },
                weights: InstanceWeights(
                    passing: Self.weight(service.weights?.passing), warning: Self.weight(service.weights?.warning)),
                health: Self.aggregate((checks ?? []).compactMap { $0 })))
    }

    /// Consul's default is 1 and its range 0 … 65,535 (`ValidateWeights`).
    private static func weight(_ value: Int?) -> Int { min(max(value ?? 1, 0), 65535) }

    /// `AggregatedStatus` of Consul's Go client (`api/health.go`): maintenance > critical > warning > passing, and no
    /// checks is passing. A status of no known name counts as critical: nothing is sent to what can't be judged.
    static func aggregate(_ checks: [Check]) -> Health {
        var worst = Health.passing
        for check in checks {
            let id = check.id ?? ""
            if id == "_node_maintenance" || id.hasPrefix("_service_maintenance:") { return .maintenance }
            switch check.status {
            case "passing": break
            case "warning": if worst == .passing { worst = .warning }
            default: worst = .critical
            }
        }
        return worst
    }
}

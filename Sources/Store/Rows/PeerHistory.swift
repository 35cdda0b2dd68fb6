internal import HashTreeCollections
internal import RoutingModel

/// What became of the peers of one service after a moment, as far as it takes to undo it.
struct PeerHistory {
    /// How a peer's first coming or going after the moment bears on whether it was there.
    enum Presence: Sendable {
        /// It neither came nor went: it was there if it is.
        case asNow
        /// It came: it wasn't there.
        case absent
        /// It went, and was this then.
        case present(InstanceFacts)
    }

    struct Peer: Sendable {
        /// As it stands in the ledger.
        let id: String
        let presence: Presence
        /// What was before the first change of each aspect, of those changes that came before it went.
        let before: [InstanceFacts]
    }

    /// As it stands in the ledger: `NAME` or `NAME@DATACENTER`.
    let service: String
    let peers: [Peer]

    /// Makes `catalog` what it was before.
    func undo(in catalog: inout Catalog) {
        let key = key(in: catalog)
        var service = catalog.services[key] ?? CatalogService(key: key)
        // Ids with a NUL stand otherwise in the ledger than in the catalog.
        let odd = service.instances.keys.filter { $0.columnText != $0.description }
        let renamed = Dictionary(odd.map { ($0.columnText, $0) }, uniquingKeysWith: { first, _ in first })
        for peer in peers {
            let id = renamed[peer.id] ?? PeerID(peer.id)
            let now = service.instances[id]
            let last: Instance?
            switch peer.presence {
            case .asNow: last = now
            case .absent: last = nil
            case .present(let facts):
                last = facts.instance(id, node: now?.node ?? Self.node(of: peer.id), service: key.name)
            }
            service.instances[id] = peer.before.reduce(last) { instance, facts in
                instance.map { facts.applied(to: $0) }
            }
        }
        // Nobody watches it any more, and nobody had found anything there.
        guard catalog.services[key] != nil || !service.instances.isEmpty else { return }
        catalog.services[key] = service
    }

    /// The service of that name. One that is watched no more is known by the text alone; then what is behind the last
    /// `@` is its datacenter, if it can be one: https://developer.hashicorp.com/consul/docs/agent/config/config-files
    private func key(in catalog: Catalog) -> ServiceKey {
        let plain = ServiceKey(name: service)
        if catalog.services[plain] != nil { return plain }
        if let at = service.lastIndex(of: "@"), at != service.startIndex {
            let datacenter = service[service.index(after: at)...]
            let isName = datacenter.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == "_")
            }
            if isName, !datacenter.isEmpty {
                return ServiceKey(name: String(service[..<at]), datacenter: String(datacenter))
            }
        }
        return catalog.services.keys.first { $0.description.columnText == service } ?? plain
    }

    /// What an id begins with. A node whose own name has a tilde can't be told from the service id.
    private static func node(of id: String) -> String { String(id.prefix { $0 != "~" }) }
}

import HashTreeCollections
import RoutingModel
import Testing

@testable import RoutingEngine

@Suite("A peer's hand-written document is the encoder's, byte by byte")
struct ResolvedPeerTextTests {
    @Test("listed and found, usable and not, with odd names")
    func equal() throws {
        let key = ServiceKey(name: "st\"ar")
        let instances = [Health.passing, .warning, .critical, .maintenance].enumerated().map { number, health in
            Instance(
                node: "n/ö\\", serviceID: "s\(number)", service: key.name, address: "10.0.0.1", port: 8_000 + number,
                health: health)
        }
        let catalog = Catalog([
            CatalogService(key: key, instances: Dictionary(uniqueKeysWithValues: instances.map { ($0.id, $0) }))
        ])
        let group = Group(
            consul: ConsulSelector(service: key.name),
            peers: [StaticPeer(address: "::1", port: 1), StaticPeer(address: "10.0.0.2", port: 2, weight: 0)])
        let peers = Resolver.resolve("g", group, in: catalog).peers
        #expect(peers.count == 6)
        for peer in peers { #expect(peer.text == (try CanonicalJSON.text(peer))) }
    }
}

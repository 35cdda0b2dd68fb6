import RoutingModel
import Testing

@testable import RoutingEngine

@Suite struct GroupDifferenceTests {
    private func peer(_ id: Int, port: Int = 80, weight: Int = 1) -> SnapshotPeer {
        SnapshotPeer(id: PeerID("n~\(id)"), address: "10.0.0.1", port: port, weight: weight)
    }

    @Test(
        "what is kept, new, gone and changed, in lists in any order, with doubles too",
        arguments: 1...20 as ClosedRange<UInt64>)
    func lists(seed: UInt64) {
        var generator = SplitMix(state: seed)
        func list() -> [SnapshotPeer] {
            let ids = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                Int.random(in: 0..<12, using: &generator)
            }
            let peers = ids.map { id in
                peer(
                    id, port: Int.random(in: 80...81, using: &generator),
                    weight: Int.random(in: 1...2, using: &generator))
            }
            return seed % 2 == 0 ? peers.sorted { $0.id < $1.id } : peers
        }
        for _ in 0..<50 {
            let (old, new) = (list(), list())
            let difference = GroupDifference(from: old, to: new)
            #expect(difference.kept.count == new.count)
            #expect(difference.joined == new.indices.filter { difference.kept[$0] < 0 })
            let kept = difference.kept.filter { $0 >= 0 }.map { Int($0) }
            #expect(Set(kept).count == kept.count)
            #expect(
                Set(difference.left).union(kept) == Set(old.indices) && difference.left.count + kept.count == old.count)
            for (place, found) in zip(new, difference.kept).enumerated() {
                guard found.1 >= 0 else { continue }
                let (was, now) = (old[Int(found.1)], found.0)
                #expect(was.id == now.id && was.port == now.port)
                #expect(difference.changed.contains(place) == (was.weight != now.weight))
            }
            // Ids that there are once each are found wherever they stand.
            for peer in new
            where old.count(where: { $0.id == peer.id }) == 1 && new.count(where: { $0.id == peer.id }) == 1 {
                let isThere = old.contains { $0.id == peer.id && $0.port == peer.port }
                #expect(new.firstIndex { $0.id == peer.id }.map { difference.kept[$0] >= 0 } == isThere)
            }
        }
    }
}

import RoutingEngine
import RoutingModel
import Testing

@testable import ControlPlane

@Suite("An observation changes what is known only as far as it can be believed")
struct CatalogFoldTests {
    private static let key = ServiceKey(name: "star")
    private static func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1_000) }

    private func failure(_ reason: String, at seconds: Int64) -> ServiceObservation {
        ServiceObservation(key: Self.key, at: Self.time(seconds), outcome: .failure(reason: reason))
    }

    private func answer(_ instances: [Instance], index: UInt64 = 1, at seconds: Int64 = 0) -> ServiceObservation {
        .answer(instances, index: index, at: Self.time(seconds))
    }

    private func known(_ instances: [Instance] = []) -> CatalogService {
        CatalogFold(answer(instances), into: CatalogService(key: Self.key)).service
    }

    @Test("the first answer makes a pending service fresh")
    func firstAnswer() {
        let fold = CatalogFold(answer([.star(1)], index: 9, at: 5), into: CatalogService(key: Self.key))
        #expect(fold.changes.map(\.kind) == [.peerJoined])
        #expect(
            fold.service.watch == WatchStatus(state: .fresh, consulIndex: 9, lastSuccessAt: Self.time(5), answers: 1)
        )
        #expect(fold.service.instances == [PeerID("n1~s1"): .star(1)])
    }

    @Test("an answer that says the same changes nothing but the index and the times")
    func sameAgain() {
        let before = known([.star(1)])
        let fold = CatalogFold(answer([.star(1)], index: 2, at: 60), into: before)
        #expect(fold.changes.isEmpty)
        #expect(fold.service.instances == before.instances)
        #expect(fold.service.watch.consulIndex == 2)
        #expect(fold.service.watch.lastSuccessAt == Self.time(60))
        #expect(fold.service.watch.answers == 2)
    }

    @Test("each aspect that differs is one change, in the order of the instances")
    func aspects() {
        var moved = Instance.star(2)
        moved.address = "10.0.0.9"
        moved.weights = InstanceWeights(passing: 5, warning: 1)
        moved.meta = ["a": "b"]
        let fold = CatalogFold(
            answer([.star(1, tags: ["v2"], health: .critical), moved, .star(4)]),
            into: known([.star(1), .star(2), .star(3)])
        )
        #expect(
            fold.changes.map { "\($0.id?.description ?? "") \($0.kind.rawValue)" } == [
                "n1~s1 peer.health", "n1~s1 peer.tags", "n1~s2 peer.address", "n1~s2 peer.meta", "n1~s2 peer.weight",
                "n1~s3 peer.left", "n1~s4 peer.joined",
            ]
        )
    }

    @Test("a failure keeps every instance, and is stale since the first one")
    func failures() {
        let before = known([.star(1)])
        let first = CatalogFold(failure("refused", at: 10), into: before)
        #expect(first.changes.isEmpty)
        #expect(first.service.instances == before.instances)
        #expect(first.service.watch.state == .stale)
        #expect(first.service.watch.staleSince == Self.time(10))
        #expect(first.service.watch.lastSuccessAt == Self.time(0))

        let second = CatalogFold(failure("No cluster leader", at: 20), into: first.service)
        #expect(second.service.watch.staleSince == Self.time(10))
        #expect(second.service.watch.lastError == "No cluster leader")
        #expect(second.service.watch.failures == 2)
        #expect(second.service.watch.answers == 1)

        let recovered = CatalogFold(answer([.star(1)], at: 30), into: second.service)
        #expect(recovered.changes.isEmpty)
        #expect(recovered.service.watch.staleSince == nil)
        #expect(recovered.service.watch.lastError == nil)
        #expect(recovered.service.watch.failures == 0)
    }

    @Test("a service that was never answered stays pending, and says why")
    func pendingFailure() {
        let fold = CatalogFold(failure("refused", at: 10), into: CatalogService(key: Self.key))
        #expect(fold.service.watch.state == .pending)
        #expect(fold.service.watch.staleSince == nil)
        #expect(fold.service.watch.lastError == "refused")
    }

    @Test("an answer without instances is believed: its discovery has made sure")
    func emptyAnswer() {
        let fold = CatalogFold(answer([]), into: known([.star(1), .star(2)]))
        #expect(fold.changes.map(\.kind) == [.peerLeft, .peerLeft])
        #expect(fold.service.instances.isEmpty)
        #expect(fold.service.watch.state == .fresh)
    }

    @Test("of one id that is there twice the first counts; skipped instances are replaced")
    func oddAnswers() {
        var copy = Instance.star(1)
        copy.port = 1
        let skipped = SkippedInstance(id: PeerID("n1~x"), reason: "has port 0")
        let fold = CatalogFold(
            ServiceObservation(
                key: Self.key,
                at: Self.time(1),
                outcome: .answer(consulIndex: 1, instances: [.star(1), copy], skipped: [skipped])
            ),
            into: CatalogService(key: Self.key)
        )
        #expect(fold.service.instances == [PeerID("n1~s1"): .star(1)])
        #expect(fold.service.skipped == [skipped])
        #expect(CatalogFold(answer([.star(1)]), into: fold.service).service.skipped.isEmpty)
    }
}

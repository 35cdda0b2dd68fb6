import RoutingModel
import Testing

@testable import ControlPlane

@Suite("What changed since an older snapshot is known for a while")
struct ChangeLogTests {
    private func changes(_ names: String...) -> SnapshotChanges { SnapshotChanges(routes: Set(names)) }

    @Test("the changes after an index are those of all later snapshots")
    func unions() {
        var log = ChangeLog()
        #expect(log.changes(after: 10) == nil)
        log.add(11, changes("a"))
        log.add(12, changes("b", "c"))
        log.add(13, changes("a"))
        #expect(log.changes(after: 12) == changes("a"))
        #expect(log.changes(after: 11) == changes("a", "b", "c"))
        #expect(log.changes(after: 10) == changes("a", "b", "c"))
        for unknown in [0, 9, 13, 14, Int.max] { #expect(log.changes(after: unknown) == nil) }
    }

    @Test("it does not grow without end, by number or by weight")
    func bounded() {
        var log = ChangeLog()
        for index in 1...10_000 { log.add(index, changes("n\(index)")) }
        #expect(log.changes(after: 9_999)?.count == 1)
        #expect(log.changes(after: 9_000)?.count == 1_000)
        #expect(log.changes(after: 100) == nil)

        let heavy = SnapshotChanges(groups: Set((0..<40_000).map { "g\($0)" }))
        log.add(10_001, heavy)
        log.add(10_002, heavy)
        #expect(log.changes(after: 10_001) == heavy)
        #expect(log.changes(after: 10_000) == nil)
    }
}

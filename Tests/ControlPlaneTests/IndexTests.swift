import HashTreeCollections
import RoutingModel
import Store
import TestKit
import Testing

@testable import ControlPlane

@Suite("The index of snapshots never goes back")
struct IndexTests {
    @Test("each start begins above all indexes before, whether the last one was closed or killed")
    func acrossRestarts() async throws {
        try await DataFolder.with { folder in
            var highest = 0
            for round in 1...4 {
                let store = try folder.open()
                let controlPlane = try await folder.start(store: store)
                let first = await controlPlane.current.snapshot.index
                #expect(first > highest)
                if round == 1 { try await controlPlane.putGroup("g", service: "star") }
                for number in 1...20 { await controlPlane.answer([.star(number)]) }
                highest = await controlPlane.current.snapshot.index
                // The first answer may be what the last start had written down already.
                #expect(highest >= first + 19)
                if round.isMultiple(of: 2) {
                    await controlPlane.flushRecords()
                    try store.close()
                }
            }
        }
    }

    @Test("no index is given out that a start after a crash could give out again, however many there are")
    func reservation() async throws {
        try await DataFolder.with { folder in
            let store = try folder.open()
            let controlPlane = try await folder.start(store: store)
            try await controlPlane.putGroup("g", service: "star")
            for round in 1...6 {
                await controlPlane.believe(all: (1...500).map { .answer([.star($0 + round)]) })
                let published = await controlPlane.current.snapshot.index
                #expect(published <= (try store.load().indexFloor))
            }
            try await eventually("the last change is published") { await !controlPlane.isDirty }
            let last = await controlPlane.current.snapshot
            #expect(last.index <= (try store.load().indexFloor))
            #expect(last.groups["g"]?.peers.map(\.id.description) == ["n1~s506"])
            let next = try await folder.start()
            #expect(await next.current.snapshot.index > last.index)
        }
    }

    @Test("while no indexes can be reserved none beyond the reserved ones are published; afterwards the last state is")
    func failingReservation() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store)
            try await controlPlane.putGroup("g", service: "star")
            store.set { $0.reserve = true }
            let reserved = try store.load().indexFloor
            await controlPlane.believe(all: (1...1_500).map { .answer([.star($0)]) })
            #expect(await controlPlane.current.snapshot.index == reserved)
            #expect(await controlPlane.isDirty)
            store.set { $0.reserve = false }
            try await eventually("the last state is published") { await !controlPlane.isDirty }
            let snapshot = await controlPlane.current.snapshot
            #expect(snapshot.index == reserved + 1)
            #expect(snapshot.groups["g"]?.peers.map(\.id.description) == ["n1~s1500"])
        }
    }

    @Test("a control plane that can't reserve its first indexes doesn't start")
    func cannotStart() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            store.set { $0.reserve = true }
            await #expect(throws: StoreProbe.Fault.self) { _ = try await folder.start(store: store) }
        }
    }
}

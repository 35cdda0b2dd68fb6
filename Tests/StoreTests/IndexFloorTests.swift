import RoutingModel
import Testing

@testable import Store

@Suite struct IndexFloorTests {
    @Test("The index floor is kept and never goes down")
    func floor() async throws {
        try await StoreFolder.with { folder in
            var store = try SQLiteStore(path: folder.database)
            try await store.reserveIndexes(through: 1_000)
            try await store.reserveIndexes(through: 999)
            #expect(try store.load().indexFloor == 1_000)
            try store.close()
            store = try SQLiteStore(path: folder.database)
            #expect(try store.load().indexFloor == 1_000)
            try await store.reserveIndexes(through: 20_000)
            #expect(try store.load().indexFloor == 20_000)
        }
    }
}

import NIOCore
import RoutingEngine
import Testing

@testable import ProxyWorker

@Suite struct UpstreamPoolTests {
    final class Connection: PoolableConnection {
        let address: PeerAddress
        var isUsable = true
        let idleDeadline: NIODeadline

        init(_ host: String = "a", deadline: NIODeadline = .distantFuture) {
            address = PeerAddress(host: host, port: 1)
            idleDeadline = deadline
        }

        func discard() {}
    }

    @Test("The connection that was used last is used next")
    func takesLast() {
        var pool = UpstreamPool<Connection>(limit: 3)
        let connections = [Connection(), Connection()]
        for connection in connections { _ = pool.put(connection) }
        #expect(pool.count == 2)
        let taken = (0..<3).map { _ in pool.take(connections[0].address) }
        #expect(taken[0] === connections[1])
        #expect(taken[1] === connections[0])
        #expect(taken[2] == nil)
        #expect(pool.count == 0)
    }

    @Test("Addresses are kept apart, and dead connections are passed over")
    func passesOver() {
        var pool = UpstreamPool<Connection>(limit: 3)
        let (one, dead, other) = (Connection("a"), Connection("a"), Connection("b"))
        for connection in [one, dead, other] { _ = pool.put(connection) }
        dead.isUsable = false
        let taken = [one, one, other].map { pool.take($0.address) }
        #expect(taken[0] === one)
        #expect(taken[1] == nil)
        #expect(taken[2] === other)
        #expect(pool.count == 0)
    }

    @Test("With too many, the one that was idle the longest goes")
    func limits() {
        var pool = UpstreamPool<Connection>(limit: 2)
        let connections = [Connection(), Connection(), Connection()]
        let refused = connections.map { pool.put($0) }
        #expect(refused[0] == nil && refused[1] == nil)
        #expect(refused[2] === connections[0])
        #expect(pool.count == 2)
        var none = UpstreamPool<Connection>(limit: 0)
        let unkept = none.put(connections[0])
        #expect(unkept === connections[0])
        #expect(none.count == 0)
    }

    @Test("Connections leave when they close, when their time is over, or when their peer is gone")
    func removes() {
        var pool = UpstreamPool<Connection>(limit: 5)
        let now = NIODeadline.uptimeNanoseconds(1000)
        let (closed, late, gone, kept) = (
            Connection("a"), Connection("a", deadline: now), Connection("b"), Connection("a")
        )
        for connection in [closed, late, gone, kept] { _ = pool.put(connection) }
        pool.remove(closed)
        pool.remove(closed)
        #expect(pool.count == 3)
        let expired = pool.takeExpired(at: now)
        #expect(expired.map(ObjectIdentifier.init) == [ObjectIdentifier(late)])
        let unwanted = pool.takeAll(at: gone.address)
        let none = pool.takeAll(at: gone.address)
        #expect(none.isEmpty)
        #expect(unwanted.map(ObjectIdentifier.init) == [ObjectIdentifier(gone)])
        #expect(pool.count == 1)
        let rest = pool.takeAll()
        #expect(rest.map(ObjectIdentifier.init) == [ObjectIdentifier(kept)])
        #expect(pool.count == 0)
    }
}

internal import NIOCore
internal import RoutingEngine

/// A connection to a peer that can be kept between exchanges.
protocol PoolableConnection: AnyObject {
    var address: PeerAddress { get }
    /// False once the peer has closed it.
    var isUsable: Bool { get }
    /// When it has been idle for too long.
    var idleDeadline: NIODeadline { get }
    /// Closes it; may come back to the pool through `remove(_:)`.
    func discard()
}

/// An event loop's idle connections, by address: the one that was used last is used next.
struct UpstreamPool<Connection: PoolableConnection> {
    private var idle: [PeerAddress: [Connection]] = [:]
    private let limit: Int
    private(set) var count = 0

    /// - Parameter limit: connections that are kept per address.
    init(limit: Int) { self.limit = limit }

    /// The connection to `address` that was used last; nil when there is none.
    mutating func take(_ address: PeerAddress) -> Connection? {
        while let connection = idle[address]?.popLast() {
            count -= 1
            if connection.isUsable { return connection }
        }
        return nil
    }

    /// Keeps an idle connection.
    /// - Returns: one that has to be closed because there are too many: the one that has been idle the longest.
    mutating func put(_ connection: Connection) -> Connection? {
        guard limit > 0 else { return connection }
        idle[connection.address, default: []].append(connection)
        count += 1
        guard let list = idle[connection.address], list.count > limit else { return nil }
        count -= 1
        return idle[connection.address]?.removeFirst()
    }

    /// Forgets a connection; does nothing when it isn't here.
    mutating func remove(_ connection: Connection) {
        guard let index = idle[connection.address]?.lastIndex(where: { $0 === connection }) else { return }
        idle[connection.address]?.remove(at: index)
        if idle[connection.address]?.isEmpty == true { idle[connection.address] = nil }
        count -= 1
    }

    /// Takes out what has been idle for too long: these have to be closed.
    mutating func takeExpired(at now: NIODeadline) -> [Connection] {
        takeAll { $0.idleDeadline <= now }
    }

    /// Takes out the connections to an address that nobody has any more: these have to be closed.
    mutating func takeAll(at address: PeerAddress) -> [Connection] {
        let taken = idle.removeValue(forKey: address) ?? []
        count -= taken.count
        return taken
    }

    /// Takes out every connection: these have to be closed.
    mutating func takeAll() -> [Connection] { takeAll { _ in true } }

    private mutating func takeAll(where isTaken: (Connection) -> Bool) -> [Connection] {
        var taken: [Connection] = []
        for (address, list) in idle {
            let kept = list.filter { connection in
                if isTaken(connection) {
                    taken.append(connection)
                    return false
                }
                return true
            }
            if kept.count != list.count { idle[address] = kept.isEmpty ? nil : kept }
        }
        count -= taken.count
        return taken
    }
}

internal import NIOCore
internal import RoutingModel

/// A peer that is to be checked, and how.
struct CheckTarget: Hashable, Sendable {
    let group: String
    let peer: SnapshotPeer
    let check: ActiveHealth
    let tls: UpstreamTLS?
    let statuses: StatusRanges

    init(group: String, peer: SnapshotPeer, check: ActiveHealth, tls: UpstreamTLS?, statuses: StatusRanges) {
        self.group = group
        self.peer = peer
        self.check = check
        self.tls = tls
        self.statuses = statuses
    }

    /// The targets of a group; none when it isn't checked.
    static func all(of name: String, _ group: SnapshotGroup?) -> [CheckTarget] {
        guard let group, let check = group.settings.health?.active else { return [] }
        let statuses = StatusRanges(check.http?.statuses ?? [])
        return group.peers.map {
            CheckTarget(group: name, peer: $0, check: check, tls: group.settings.tls, statuses: statuses)
        }
    }

    /// Whether it may keep the time at which it is due next when it becomes `other`.
    func keepsTime(as other: CheckTarget) -> Bool {
        check.interval == other.check.interval && peer.address == other.peer.address && peer.port == other.peer.port
    }

    var interval: TimeAmount { .nanoseconds(max(10_000_000, check.interval.nanoseconds)) }
    var timeout: TimeAmount { .nanoseconds(max(1_000_000, check.timeout.nanoseconds)) }

    /// The host that the rule has the question be for, without a port; nil when it names none.
    var host: String? {
        guard let host = check.http?.host else { return nil }
        // Colons within brackets are an address's.
        let end = host.lastIndex(of: "]") ?? host.startIndex
        return host[end...].lastIndex(of: ":").map { String(host[..<$0]) } ?? host
    }

    /// Whether the peer's certificate must be for somebody: what requests are for isn't known here.
    var expectsName: Bool { tls.map { Self.expectsName($0, check) } ?? false }

    /// The group's TLS, when it is checked without knowing for whom its peers' certificates must be.
    static func namelessTLS(of settings: GroupSettings) -> UpstreamTLS? {
        guard let tls = settings.tls, let check = settings.health?.active, !expectsName(tls, check) else { return nil }
        return tls
    }

    private static func expectsName(_ tls: UpstreamTLS, _ check: ActiveHealth) -> Bool {
        tls.serverName != nil || check.http?.host != nil
    }

    /// The bytes of the question; nil when only a connection is made.
    var question: String? {
        guard let http = check.http else { return nil }
        let address = peer.address.contains(":") ? "[\(peer.address)]" : peer.address
        let host = http.host ?? "\(address):\(peer.port)"
        return
            "GET \(http.path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: signalbox-health\r\nAccept: */*\r\n"
            + "Connection: close\r\n\r\n"
    }
}

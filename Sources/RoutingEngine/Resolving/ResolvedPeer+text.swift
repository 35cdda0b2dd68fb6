internal import RoutingModel

extension ResolvedPeer {
    /// Its document: the very text that `CanonicalJSON` gives, for lists that are asked for often.
    package var text: String {
        var writer = JSONWriter(reserving: 320)
        writer.object { peer in
            peer.name("address")
            peer.string(address)
            if isBackup {
                peer.name("backup")
                peer.bool(true)
            }
            peer.name("group")
            peer.string(group)
            if let health {
                peer.name("health")
                peer.string(health.rawValue)
            }
            peer.name("id")
            peer.string(id.description)
            peer.name("port")
            peer.integer(port)
            peer.name("reason")
            peer.string(reason)
            if let service {
                peer.name("service")
                peer.string(service)
            }
            peer.name("state")
            peer.string(state.rawValue)
            peer.name("usable")
            peer.bool(isUsable)
            peer.name("weight")
            peer.integer(weight)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

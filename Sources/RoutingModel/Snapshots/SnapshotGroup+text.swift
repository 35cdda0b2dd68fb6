extension SnapshotGroup {
    /// Its document on the wire: the very bytes that `CanonicalJSON` gives.
    package var text: [UInt8] {
        var writer = JSONWriter(reserving: 64 + peers.count * 96)
        writer.object { group in
            if let hashOn {
                group.name("hash_on")
                group.write(hashOn)
            }
            if let health = settings.health {
                group.name("health")
                group.write(health)
            }
            if let limit = settings.maxConnections { group.member("max_connections", limit) }
            group.name("peers")
            group.array(peers) { list, peer in
                list.object { member in
                    member.name("address")
                    member.string(peer.address)
                    if peer.isBackup { member.member("backup", true) }
                    member.name("id")
                    member.string(peer.id.description)
                    member.name("port")
                    member.integer(peer.port)
                    member.name("weight")
                    member.integer(peer.weight)
                }
            }
            group.name("policy")
            group.string(policy.rawValue)
            if let slowStart = settings.slowStart { group.member("slow_start", slowStart.description) }
            if let tls = settings.tls {
                group.name("tls")
                group.write(tls)
            }
        }
        return writer.bytes
    }
}

extension SnapshotGroup {
    /// Its document on the wire: the very bytes that `CanonicalJSON` gives.
    package var text: [UInt8] {
        var writer = JSONWriter(reserving: 64 + peers.count * 96)
        writer.object { group in
            group.name("peers")
            group.array(peers) { list, peer in
                list.object { member in
                    member.name("address")
                    member.string(peer.address)
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
        }
        return writer.bytes
    }
}

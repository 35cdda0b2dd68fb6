extension Group {
    /// Records every value that is of the right type and still can't be.
    package func validate(at pointer: JSONPointer, into problems: ProblemList) {
        if let consul { consul.validate(at: pointer["consul"], into: problems) }
        if peers.count > Limits.staticPeers {
            problems.add(pointer["peers"], "invalid_value", "has more than \(Limits.staticPeers) entries")
        }
        var seen: Set<PeerID> = []
        for (index, peer) in peers.enumerated() {
            peer.validate(at: pointer["peers"][index], into: problems)
            if !seen.insert(peer.id).inserted {
                problems.add(pointer["peers"][index], "duplicate", "lists \(peer.address):\(peer.port) a second time")
            }
        }
        balance.hashOn?.validate(at: pointer["balance"]["hash_on"], into: problems)
        settings.validate(at: pointer, into: problems)
        if description.utf8.count > Limits.descriptionBytes {
            problems.add(pointer["description"], "invalid_value", "is longer than \(Limits.descriptionBytes) bytes")
        }
    }
}

extension ConsulSelector {
    func validate(at pointer: JSONPointer, into problems: ProblemList) {
        // Consul refuses unprintable characters in a path with 400, so such a watch could never succeed.
        func text(_ value: String, _ place: JSONPointer, mayBeEmpty: Bool = false) {
            if value.isEmpty, !mayBeEmpty { problems.add(place, "invalid_value", "must not be empty") }
            if value.utf8.count > 256 { problems.add(place, "invalid_value", "is longer than 256 bytes") }
            if value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
                problems.add(place, "invalid_value", "has a control character")
            }
        }
        text(service, pointer["service"])
        // Consul takes it for a path of its own.
        if service.contains("/") { problems.add(pointer["service"], "invalid_value", "must not have '/'") }
        text(datacenter, pointer["datacenter"], mayBeEmpty: true)
        // Each instance is held against each of them.
        let count = tags.count + excludeTags.count + backupTags.count
        guard count + meta.values.reduce(meta.count, { $0 + $1.count }) <= Limits.selectorValues else {
            return problems.add(pointer, "invalid_value", "has more than \(Limits.selectorValues) tags and meta values")
        }
        for (index, tag) in tags.enumerated() { text(tag, pointer["tags"][index]) }
        for (index, tag) in excludeTags.enumerated() {
            text(tag, pointer["exclude_tags"][index])
            if tags.contains(tag) {
                problems.add(
                    pointer["exclude_tags"][index], "invalid_value", "excludes '\(tag)', which 'tags' asks for")
            }
        }
        for (index, tag) in backupTags.enumerated() {
            text(tag, pointer["backup_tags"][index])
            if excludeTags.contains(tag) {
                problems.add(
                    pointer["backup_tags"][index], "invalid_value", "names '\(tag)', which 'exclude_tags' keeps out")
            }
        }
        for (key, values) in meta.sorted(by: { $0.key < $1.key }) where values.isEmpty {
            problems.add(pointer["meta"][key], "invalid_value", "must list at least one value")
        }
    }
}

extension StaticPeer {
    /// Whether `text` can be a peer's address: an IP address or a host name.
    package static func isAddress(_ text: String) -> Bool {
        if IPAddress(text) != nil { return true }
        if case .exact(let host)? = HostPattern(text) { return !host.hasPrefix("[") }
        return false
    }

    func validate(at pointer: JSONPointer, into problems: ProblemList) {
        if !Self.isAddress(address) {
            problems.add(pointer["address"], "invalid_value", "must be an IP address or a host name")
        }
        if !(1...65_535).contains(port) {
            problems.add(pointer["port"], "invalid_value", "must be from 1 to 65535")
        }
        if !(0...65_535).contains(weight) {
            problems.add(pointer["weight"], "invalid_value", "must be from 0 to 65535")
        }
    }
}

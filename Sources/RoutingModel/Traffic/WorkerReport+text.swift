extension WorkerReport {
    /// The report's JSON text, as `CanonicalJSON` would give it: workers write one every few seconds, and one may have
    /// ten thousands of entries.
    package var text: [UInt8] {
        var writer = JSONWriter(reserving: 256 + traffic.count * 320 + peers.count * 200)
        writer.object { writer in
            writer.name("index")
            writer.integer(index)
            writer.name("peers")
            writer.array(peers) { writer, peer in peer.write(to: &writer) }
            writer.name("started_at")
            writer.string(startedAt.description)
            writer.name("traffic")
            writer.array(traffic) { writer, entry in entry.write(to: &writer) }
            writer.name("whole")
            writer.bool(isWhole)
        }
        return writer.bytes
    }
}

extension WorkerReport.Traffic {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("active")
            writer.integer(active)
            writer.name("failures")
            writer.object { writer in
                for (reason, number) in failures.sorted(by: { $0.key < $1.key }) {
                    writer.name(reason)
                    writer.integer(number)
                }
            }
            writer.name("forced")
            writer.integer(forced)
            if let group {
                writer.name("group")
                writer.string(group)
            }
            writer.name("latency")
            writer.array(latency) { writer, number in writer.integer(number) }
            writer.name("latency_sum")
            writer.integer(latencySum)
            writer.name("number")
            writer.integer(number)
            if let peer {
                writer.name("peer")
                writer.string(peer.description)
            }
            writer.name("requests")
            writer.integer(requests)
            writer.name("retries")
            writer.integer(retries)
            writer.name("route")
            writer.string(route)
            writer.name("statuses")
            writer.array(statuses) { writer, number in writer.integer(number) }
        }
    }
}

extension WorkerReport.PeerState {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("group")
            writer.string(group)
            writer.name("health")
            writer.string(health.rawValue)
            writer.name("peer")
            writer.string(peer.description)
            writer.name("reason")
            writer.string(reason)
            writer.name("since")
            writer.string(since.description)
            if let until {
                writer.name("until")
                writer.string(until.description)
            }
        }
    }
}

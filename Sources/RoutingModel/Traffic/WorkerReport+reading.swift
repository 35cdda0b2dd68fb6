package import Foundation

extension WorkerReport {
    /// Reads a report that a program wrote plainly, some ten times as fast as the strict decoding; a control plane gets
    /// some from every worker every few seconds.
    /// - Returns: nil for anything that isn't plain or isn't valid: the strict decoding says what it is.
    package init?(plain data: Data) {
        let report = data.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: UInt8.self) { bytes in
                var reader = PlainJSON(bytes)
                return try? Self.read(&reader)
            }
        }
        guard let report else { return nil }
        self = report
    }

    private static func read(_ reader: inout PlainJSON) throws(PlainJSON.NotPlain) -> WorkerReport {
        var (startedAt, index): (Timestamp?, Int?)
        var whole: Bool?
        var (traffic, peers): ([Traffic]?, [PeerState]?)
        try reader.object { (reader, name) throws(PlainJSON.NotPlain) in
            if reader.isText(name, "started_at"), startedAt == nil {
                startedAt = try reader.time()
            } else if reader.isText(name, "index"), index == nil {
                index = try reader.integer()
            } else if reader.isText(name, "whole"), whole == nil {
                whole = try reader.bool()
            } else if reader.isText(name, "traffic"), traffic == nil {
                var all: [Traffic] = []
                try reader.array(limit: Limit.traffic) { (reader) throws(PlainJSON.NotPlain) in
                    all.append(try Traffic.read(&reader))
                }
                traffic = all
            } else if reader.isText(name, "peers"), peers == nil {
                var all: [PeerState] = []
                try reader.array(limit: Limit.peers) { (reader) throws(PlainJSON.NotPlain) in
                    all.append(try PeerState.read(&reader))
                }
                peers = all
            } else {
                throw PlainJSON.NotPlain()
            }
        }
        try reader.end()
        guard let startedAt, let index else { throw PlainJSON.NotPlain() }
        return WorkerReport(
            startedAt: startedAt, index: index, isWhole: whole ?? true, traffic: traffic ?? [], peers: peers ?? [])
    }
}

extension WorkerReport.Traffic {
    fileprivate static func read(_ reader: inout PlainJSON) throws(PlainJSON.NotPlain) -> Self {
        var entry = Self(
            route: "", group: nil, peer: nil, requests: -1, statuses: [], failures: [:], retries: 0, active: 0,
            latency: [], latencySum: 0)
        var seen = 0
        func once(_ member: Int) throws(PlainJSON.NotPlain) {
            guard seen & (1 << member) == 0 else { throw PlainJSON.NotPlain() }
            seen |= 1 << member
        }
        try reader.object { (reader, name) throws(PlainJSON.NotPlain) in
            if reader.isText(name, "route") {
                try once(0)
                entry.route = try reader.string()
            } else if reader.isText(name, "group") {
                try once(1)
                entry.group = try reader.string()
            } else if reader.isText(name, "peer") {
                try once(2)
                entry.peer = PeerID(try reader.string())
            } else if reader.isText(name, "requests") {
                try once(3)
                entry.requests = try reader.integer()
            } else if reader.isText(name, "forced") {
                try once(4)
                entry.forced = try reader.integer()
            } else if reader.isText(name, "statuses") {
                try once(5)
                entry.statuses = try reader.integers(limit: TrafficCounters.Place.statuses.count)
            } else if reader.isText(name, "failures") {
                try once(6)
                entry.failures = try failures(&reader)
            } else if reader.isText(name, "retries") {
                try once(7)
                entry.retries = try reader.integer()
            } else if reader.isText(name, "active") {
                try once(8)
                entry.active = try reader.integer()
            } else if reader.isText(name, "latency") {
                try once(9)
                entry.latency = try reader.integers(limit: LatencyHistogram.bucketCount)
            } else if reader.isText(name, "latency_sum") {
                try once(10)
                entry.latencySum = try reader.integer()
            } else if reader.isText(name, "number") {
                try once(11)
                entry.number = try reader.integer()
            } else {
                throw PlainJSON.NotPlain()
            }
        }
        guard entry.requests >= 0, RuleName.isValid(entry.route), entry.group.map(RuleName.isValid) ?? true,
            entry.peer.map({ $0.isWellFormed && entry.group != nil }) ?? true
        else { throw PlainJSON.NotPlain() }
        return entry
    }

    private static func failures(_ reader: inout PlainJSON) throws(PlainJSON.NotPlain) -> [String: Int] {
        var result: [String: Int] = [:]
        try reader.object { (reader, name) throws(PlainJSON.NotPlain) in
            let reason = try reader.text(name)
            let number = try reader.integer()
            guard name.count <= WorkerReport.Limit.reasonBytes, result.count < WorkerReport.Limit.reasons,
                result.updateValue(number, forKey: reason) == nil
            else { throw PlainJSON.NotPlain() }
        }
        return result
    }
}

extension WorkerReport.PeerState {
    fileprivate static func read(_ reader: inout PlainJSON) throws(PlainJSON.NotPlain) -> Self {
        var (group, peer, reason): (String?, PeerID?, String?)
        var health: Health?
        var (since, until): (Timestamp?, Timestamp?)
        try reader.object { (reader, name) throws(PlainJSON.NotPlain) in
            if reader.isText(name, "group"), group == nil {
                group = try reader.string()
            } else if reader.isText(name, "peer"), peer == nil {
                peer = PeerID(try reader.string())
            } else if reader.isText(name, "reason"), reason == nil {
                reason = try reader.string()
            } else if reader.isText(name, "health"), health == nil {
                health = Health(rawValue: try reader.string())
                guard health != nil else { throw PlainJSON.NotPlain() }
            } else if reader.isText(name, "since"), since == nil {
                since = try reader.time()
            } else if reader.isText(name, "until"), until == nil {
                until = try reader.time()
            } else {
                throw PlainJSON.NotPlain()
            }
        }
        guard let group, let peer, let health, let since, RuleName.isValid(group), peer.isWellFormed,
            (reason ?? "").utf8.count <= WorkerReport.Limit.sentence
        else { throw PlainJSON.NotPlain() }
        return Self(group: group, peer: peer, health: health, reason: reason ?? "", since: since, until: until)
    }
}

extension PlainJSON {
    fileprivate mutating func time() throws(NotPlain) -> Timestamp {
        guard let time = Timestamp(rfc3339: try string()) else { throw NotPlain() }
        return time
    }

    fileprivate mutating func integers(limit: Int) throws(NotPlain) -> [Int] {
        var result: [Int] = []
        try array(limit: limit) { (reader) throws(NotPlain) in result.append(try reader.integer()) }
        return result
    }
}

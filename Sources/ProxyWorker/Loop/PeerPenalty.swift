internal import NIOCore
internal import RoutingModel

/// Remembers for a short time which peers could not be connected to, so that an instance that was killed doesn't cost
/// every request an attempt until the control plane takes it away. Pure: the time is passed in.
struct PeerPenalty {
    private struct Entry {
        var until: NIODeadline
        var length: TimeAmount
    }

    private var entries: [PeerID: Entry] = [:]
    private let shortest: TimeAmount
    private let longest: TimeAmount
    private let probeTime: TimeAmount

    /// - Parameters:
    ///   - shortest: how long a peer is passed over after its first failure; doubles with every further one.
    ///   - longest: where the doubling ends.
    ///   - probeTime: for how long others wait for the outcome when a peer is tried again.
    init(shortest: TimeAmount = .seconds(1), longest: TimeAmount = .seconds(10), probeTime: TimeAmount) {
        self.shortest = shortest
        self.longest = longest
        self.probeTime = probeTime
    }

    var isEmpty: Bool { entries.isEmpty }

    /// No connection to the peer came about.
    mutating func failed(_ peer: PeerID, at now: NIODeadline) {
        let length = entries[peer].map { min($0.length * 2, longest) } ?? shortest
        entries[peer] = Entry(until: now + length, length: length)
        // Peers that are gone are forgotten: nobody tries them again, so nothing else would.
        if entries.count > 64 { entries = entries.filter { now - $0.value.until < longest } }
    }

    /// A connection to the peer came about.
    mutating func succeeded(_ peer: PeerID) {
        if !entries.isEmpty { entries[peer] = nil }
    }

    /// The peer is about to be tried: meanwhile others pass it over, so that one request at a time finds out.
    mutating func tried(_ peer: PeerID, at now: NIODeadline) {
        guard let entry = entries[peer], entry.until <= now else { return }
        entries[peer]?.until = now + probeTime
    }

    /// The peers to pass over while there are others.
    func skipped(at now: NIODeadline) -> [PeerID] {
        entries.compactMap { $0.value.until > now ? $0.key : nil }
    }
}

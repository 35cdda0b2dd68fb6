internal import RoutingModel

/// Who consumes snapshots, and whether they still do. Pure: times come in with every event.
struct WorkerRegistry {
    /// What an event tells the ledger.
    enum News: Equatable {
        /// It is new, or back.
        case joined
        /// It went on as it was.
        case nothing
    }

    private struct Record {
        var status: WorkerStatus
        /// Its questions that are being held now.
        var held = 0
        /// When it was last heard of.
        var heardAt: ContinuousClock.Instant
    }

    private var records: [String: Record] = [:]

    /// Workers that are remembered: names that change with every start must not fill the memory.
    static let limit = 10_000

    /// By id.
    var all: [WorkerStatus] { records.values.map(\.status).sorted { $0.id < $1.id } }

    /// What there is to count, in no order.
    var figures: [(id: String, applied: Int, state: WorkerStatus.State)] {
        records.values.map { ($0.status.id, $0.status.applied, $0.status.state) }
    }

    subscript(id: String) -> WorkerStatus? { records[id]?.status }

    var liveIDs: [String] { records.values.filter { $0.status.state == .live }.map(\.status.id) }

    /// Those that will not take up what is published next, as far as is known: lost, or at odds with a snapshot.
    var hindered: [WorkerStatus] {
        records.values.map(\.status).filter { $0.state == .lost || $0.nack != nil }
    }

    /// A worker asks for what comes after `applied`, so that is what it enforces.
    mutating func asked(
        _ worker: WorkerIdentity, applied: Int, at now: Timestamp, clock: ContinuousClock.Instant
    ) -> News {
        guard var record = records[worker.id] else {
            forgetIfFull()
            records[worker.id] = Record(
                status: WorkerStatus(
                    id: worker.id, embedded: worker.isEmbedded, state: .live, applied: applied, joinedAt: now,
                    lastSeenAt: now, nack: nil),
                heardAt: clock)
            return .joined
        }
        let wasLost = record.status.state == .lost
        // A worker that had something and now has nothing has been started anew: it may be a version that can apply
        // what the old one could not.
        if let nack = record.status.nack, applied >= nack.index || (applied == 0 && record.status.applied > 0) {
            record.status.nack = nil
        }
        record.status.state = .live
        record.status.applied = applied
        record.status.lastSeenAt = now
        record.heardAt = clock
        records[worker.id] = record
        return wasLost ? .joined : .nothing
    }

    /// A question of the worker's is being held: so long it is there.
    mutating func held(_ id: String) { records[id]?.held += 1 }

    /// A held question was answered, or given up.
    mutating func answered(_ id: String, clock: ContinuousClock.Instant) {
        guard let held = records[id]?.held, held > 0 else { return }
        records[id]?.held -= 1
        records[id]?.heardAt = clock
    }

    /// - Returns: whether it says so for the first time.
    mutating func refused(_ id: String, _ nack: WorkerStatus.Nack, clock: ContinuousClock.Instant) -> Bool {
        guard var record = records[id] else { return false }
        let isNew = record.status.nack?.index != nack.index
        record.status.lastSeenAt = nack.at
        record.status.nack = nack
        record.heardAt = clock
        records[id] = record
        return isNew
    }

    /// Whether the worker has refused this very snapshot: then it isn't offered again.
    func hasRefused(_ id: String, index: Int) -> Bool { records[id]?.status.nack?.index == index }

    /// The workers that have not been heard of for longer than `patience`: they are lost from now on.
    mutating func sweep(at clock: ContinuousClock.Instant, patience: Duration) -> [WorkerStatus] {
        var lost: [WorkerStatus] = []
        for (id, record) in records
        where record.status.state == .live && record.held == 0 && clock - record.heardAt > patience {
            records[id]?.status.state = .lost
            lost.append(record.status)
        }
        return lost.sorted { $0.id < $1.id }
    }

    private mutating func forgetIfFull() {
        guard records.count >= Self.limit else { return }
        if let oldest = records.values.min(by: { $0.status.lastSeenAt < $1.status.lastSeenAt }) {
            records[oldest.status.id] = nil
        }
    }
}

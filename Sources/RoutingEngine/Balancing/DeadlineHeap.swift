/// Members by when their next turn is, the earliest first: weighted round robin for weights that have no short order.
/// A turn takes time that grows with the logarithm of their number.
struct DeadlineHeap: BitwiseCopyable {
    private struct Entry: BitwiseCopyable {
        var deadline: Double
        let member: Int32
    }

    private var entries: UnsafeMutablePointer<Entry>?
    private(set) var count = 0

    init() {}

    /// - Parameters:
    ///   - weights: of all members.
    ///   - deadline: when the first turn of a member of this weight is.
    init(_ weights: UnsafeBufferPointer<Int>, deadline: (Int) -> Double) {
        guard !weights.isEmpty else { return }
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: weights.count)
        for place in 0..<weights.count {
            (entries + place).initialize(
                to: Entry(deadline: deadline(weights[place]), member: Int32(truncatingIfNeeded: place)))
        }
        self.entries = entries
        count = weights.count
        for place in stride(from: count / 2 - 1, through: 0, by: -1) { sink(from: place) }
    }

    mutating func deallocate() {
        entries?.deallocate()
        self = DeadlineHeap()
    }

    /// The place of the member whose turn it is; there must be one.
    var first: Int { entries.map { Int($0[0].member) } ?? 0 }

    /// Puts the first one's turn off.
    func postpone(by time: Double) {
        guard let entries else { return }
        entries[0].deadline += time
        sink(from: 0)
    }

    private func sink(from start: Int) {
        guard let entries else { return }
        let entry = entries[start]
        var place = start
        while true {
            var child = 2 * place + 1
            if child >= count { break }
            if child + 1 < count, entries[child + 1].deadline < entries[child].deadline { child += 1 }
            if entries[child].deadline >= entry.deadline { break }
            entries[place] = entries[child]
            place = child
        }
        entries[place] = entry
    }
}

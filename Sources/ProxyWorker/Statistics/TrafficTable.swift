internal import RoutingModel

/// What is counted per route, group and peer on one event loop. Used on that loop only; counting takes no lock, and no
/// memory once a route and a peer have been seen together.
///
/// Each try of a request begins with `began` or `retried`, which give its handle, and ends with exactly one `finished`
/// or `failed`. After that the handle may stand for something else.
///
/// Entries are found by the numbers of the routing table, which are given out anew when a route or a peer is gone. So
/// `tableChanged` has to be called whenever the routing table has changed: from then on each entry is compared by name
/// once before anything is credited to it.
final class TrafficTable {
    /// Fields of an entry, by place in its words.
    enum Field {
        /// Under way now; not taken back to 0.
        static let active = 0
        /// What of it has been told.
        static let toldActive = 1
        /// Whether it is among those that have something to tell.
        static let isTouched = 2
        /// The generation for which its numbers are known to mean its names; `orphan` when they don't any more.
        static let generation = 3
        /// The round in which it was taken last.
        static let round = 4
        /// Two words, in microseconds.
        static let latencySum = 6
        /// As `TrafficCounters.Place` has them, but for the sum.
        static let counters = 8
    }

    /// Words of 32 bits. Counts are taken every few seconds, so that they don't run over.
    static let stride = Field.counters + TrafficCounters.placeCount + TrafficCounters.placeCount % 2
    static let orphan = UInt32.max
    /// How often everything must have been taken before an entry without traffic is given up: a quarter of an hour.
    static let idleRounds: UInt32 = 180

    /// All that changes while counting, in a block of its own: a class's stored properties are checked for exclusive
    /// access each time.
    struct State {
        var index = TrafficIndex(capacity: 64)
        var words: UnsafeMutablePointer<UInt32>
        /// A power of two.
        var capacity: Int
        /// Entries that have been used, freed ones included.
        var count = 0
        /// A ring of the handles of entries that have something to tell, each once; has room for all.
        var touched: UnsafeMutablePointer<Int32>
        var touchedStart = 0
        var touchedCount = 0
        var generation: UInt32 = 1

        init(capacity: Int) {
            self.capacity = capacity
            words = .allocate(capacity: capacity * TrafficTable.stride)
            touched = .allocate(capacity: capacity)
        }
    }

    let state: UnsafeMutablePointer<State>
    /// By handle; nil for freed ones.
    var keys: [TrafficKey?] = []
    /// By handle.
    private(set) var numbers: [TrafficNumbers] = []
    var free: [Int] = []
    var round: UInt32 = 1
    /// Where the next look for idle entries begins.
    var swept = 0

    init() {
        state = .allocate(capacity: 1)
        state.initialize(to: State(capacity: 64))
    }

    deinit {
        state.pointee.words.deallocate()
        state.pointee.touched.deallocate()
        state.pointee.index.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    // MARK: Counting

    /// A request goes to its first peer, or to none.
    /// - Parameters:
    ///   - isForced: whether a rule chose the group rather than the split.
    ///   - names: what the numbers stand for; only called when that isn't known.
    /// - Returns: the handle for `finished` and `failed`.
    @inline(__always)
    func began(_ numbers: TrafficNumbers, isForced: Bool, names: () -> TrafficKey) -> Int {
        let handle = entry(numbers, names)
        let words = words(handle)
        words[Field.counters + TrafficCounters.Place.requests] &+= 1
        words[Field.counters + TrafficCounters.Place.forced] &+= isForced ? 1 : 0
        words[Field.active] &+= 1
        return handle
    }

    /// A request goes to this peer because another one failed it.
    @inline(__always)
    func retried(_ numbers: TrafficNumbers, names: () -> TrafficKey) -> Int {
        let handle = entry(numbers, names)
        let words = words(handle)
        words[Field.counters + TrafficCounters.Place.retries] &+= 1
        words[Field.active] &+= 1
        return handle
    }

    /// A try ended with a response that the client got.
    /// - Parameters:
    ///   - status: 100 … 599; others aren't counted.
    ///   - nanoseconds: from the beginning of the request to the head of the response.
    @inline(__always)
    func finished(_ handle: Int, status: Int, nanoseconds: UInt64) {
        end(handle)
        responded(handle, status: status, nanoseconds: nanoseconds)
    }

    /// A try ended otherwise.
    /// - Parameters:
    ///   - status: what the client got all the same: the status of a response that broke off, or of the proxy's own
    ///     answer; 0 when it got nothing, or another try follows.
    ///   - nanoseconds: from the beginning of the request to the head of that response; nil when it isn't a peer's.
    func failed(_ handle: Int, _ failure: ProxyFailure, status: Int = 0, nanoseconds: UInt64? = nil) {
        end(handle)
        words(handle)[Field.counters + failure.place] &+= 1
        if let nanoseconds {
            responded(handle, status: status, nanoseconds: nanoseconds)
        } else {
            count(handle, status: status)
        }
    }

    @inline(__always)
    private func end(_ handle: Int) {
        touch(handle)
        words(handle)[Field.active] &-= 1
    }

    @inline(__always)
    private func responded(_ handle: Int, status: Int, nanoseconds: UInt64) {
        count(handle, status: status)
        let words = words(handle)
        let microseconds = nanoseconds / 1_000
        let bucket = LatencyHistogram.bucket(microseconds: microseconds)
        words[Field.counters + TrafficCounters.Place.latency.lowerBound + bucket] &+= 1
        setSum(words, to: sum(words) &+ microseconds)
    }

    @inline(__always)
    func sum(_ words: UnsafeMutablePointer<UInt32>) -> UInt64 {
        UnsafeRawPointer(words + Field.latencySum).loadUnaligned(as: UInt64.self)
    }

    @inline(__always)
    func setSum(_ words: UnsafeMutablePointer<UInt32>, to sum: UInt64) {
        UnsafeMutableRawPointer(words + Field.latencySum).storeBytes(of: sum, as: UInt64.self)
    }

    @inline(__always)
    private func count(_ handle: Int, status: Int) {
        guard status >= 100, status < 600 else { return }
        words(handle)[Field.counters + TrafficCounters.Place.statuses.lowerBound + status / 100 - 1] &+= 1
    }

    @inline(__always)
    func words(_ handle: Int) -> UnsafeMutablePointer<UInt32> {
        state.pointee.words + handle &* Self.stride
    }

    @inline(__always)
    private func entry(_ numbers: TrafficNumbers, _ names: () -> TrafficKey) -> Int {
        let handle = state.pointee.index.find(numbers.key)
        if handle >= 0, words(handle)[Field.generation] == state.pointee.generation {
            touch(handle)
            return handle
        }
        return entry(known: handle, numbers, names())
    }

    @inline(__always)
    private func touch(_ handle: Int) {
        let words = words(handle)
        guard words[Field.isTouched] == 0 else { return }
        words[Field.isTouched] = 1
        let place = (state.pointee.touchedStart &+ state.pointee.touchedCount) & (state.pointee.capacity &- 1)
        state.pointee.touched[place] = Int32(truncatingIfNeeded: handle)
        state.pointee.touchedCount &+= 1
    }

    // MARK: Entries

    /// The routing table's numbers may mean something else from now on.
    func tableChanged() {
        // So that it never comes to `orphan`; a generation of 2^32 table changes ago is nobody's concern.
        state.pointee.generation = state.pointee.generation == Self.orphan - 1 ? 1 : state.pointee.generation + 1
    }

    /// How many entries there are, those included whose numbers mean something else by now.
    var entryCount: Int { keys.count - free.count }

    @inline(never)
    private func entry(known: Int, _ numbers: TrafficNumbers, _ key: TrafficKey) -> Int {
        if known >= 0 {
            if keys[known] == key {
                words(known)[Field.generation] = state.pointee.generation
                touch(known)
                return known
            }
            // Exchanges may still hold it, and what it has counted is still to be told.
            words(known)[Field.generation] = Self.orphan
            state.pointee.index.remove(numbers.key)
            touch(known)
        }
        let handle = place(key, numbers)
        let words = words(handle)
        words.update(repeating: 0, count: Self.stride)
        words[Field.generation] = state.pointee.generation
        words[Field.round] = round
        state.pointee.index.insert(numbers.key, handle)
        touch(handle)
        return handle
    }

    private func place(_ key: TrafficKey, _ numbers: TrafficNumbers) -> Int {
        if let handle = free.popLast() {
            keys[handle] = key
            self.numbers[handle] = numbers
            return handle
        }
        if state.pointee.count == state.pointee.capacity { grow() }
        keys.append(key)
        self.numbers.append(numbers)
        defer { state.pointee.count += 1 }
        return state.pointee.count
    }

    private func grow() {
        let old = state.pointee
        var new = old
        new.capacity = old.capacity * 2
        new.words = .allocate(capacity: new.capacity * Self.stride)
        new.words.update(from: old.words, count: old.count * Self.stride)
        new.touched = .allocate(capacity: new.capacity)
        for place in 0..<old.touchedCount {
            new.touched[place] = old.touched[(old.touchedStart + place) & (old.capacity - 1)]
        }
        new.touchedStart = 0
        old.words.deallocate()
        old.touched.deallocate()
        state.pointee = new
    }
}

@available(*, unavailable)
extension TrafficTable: Sendable {}

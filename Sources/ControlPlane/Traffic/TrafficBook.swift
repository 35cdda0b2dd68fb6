package import RoutingModel

/// What workers have told of their traffic, brought together: totals that outlive a worker's restart, and what came in
/// lately. Pure: times come in. Its memory has a bound, whatever workers tell.
package struct TrafficBook: Sendable {
    package struct Limits: Sendable {
        /// Routes × groups × peers; what goes beyond is not counted.
        package var keys = 100_000
        /// Keys × workers; what goes beyond isn't counted.
        package var readings = 1_000_000
        /// Keys × slots that are kept for rates; the oldest slots go first.
        package var slotEntries = 300_000

        package init() {}
    }

    /// What one process of a worker has told.
    struct Life: Sendable {
        let startedAt: Timestamp
        var heardAt: ContinuousClock.Instant
        /// By the places of `keys`.
        var readings: [Int: Reading] = [:]
    }

    struct Reading: Sendable {
        var number: Int
        var active: Int
        var counters: TrafficCounters
    }

    struct Total: Sendable {
        var counters = TrafficCounters()
        var active = 0
        var changedAt: ContinuousClock.Instant
    }

    struct Slot: Sendable {
        let number: Int64
        var counters: [Int: TrafficCounters] = [:]
    }

    /// What is counted together for rates.
    package static let slotLength = Duration.seconds(10)
    /// How far back rates can be asked for.
    package static let longestWindow = Duration.seconds(600)
    /// What a route that is gone, or a worker, had counted is kept for so long.
    static let patienceWithRoutes = Duration.seconds(15 * 60)
    static let patienceWithPeers = Duration.seconds(24 * 3_600)
    static let patienceWithWorkers = Duration.seconds(24 * 3_600)
    /// A worker whose control plane was away for no longer than this has counted what it tells at first just now.
    static let youth = Duration.seconds(30)
    /// Processes of the same worker that may be there at a time: while one drains, the next one serves.
    static let livesPerWorker = 3

    let limits: Limits
    let began: ContinuousClock.Instant
    var lives: [String: [Life]] = [:]
    var readingCount = 0
    /// By place; nil for those that were given up.
    var keys: [TrafficKey?] = []
    var freePlaces: [Int] = []
    var places: [TrafficKey: Int] = [:]
    /// By place.
    var totals: [Int: Total] = [:]
    var placesByRoute: [String: Set<Int>] = [:]
    /// Ascending by number.
    var slots: [Slot] = []
    var slotEntryCount = 0
    /// The first slot of which everything is still there.
    var firstSlot: Int64 = 0
    /// Entries of reports that there was no room for.
    package private(set) var refused = 0

    package init(began: ContinuousClock.Instant, limits: Limits = Limits()) {
        self.began = began
        self.limits = limits
    }

    /// Whether a report of what has changed can be taken from a worker: only if what it told before is known.
    package func knows(_ worker: String, startedAt: Timestamp) -> Bool {
        lives[worker]?.contains { $0.startedAt == startedAt } ?? false
    }

    /// Takes in a report.
    /// - Parameters:
    ///   - now: the time of day, by which the age of a worker is told.
    ///   - clock: the same moment.
    /// - Returns: false when it is one of changes and what it changes isn't known; then nothing was taken in.
    package mutating func take(
        _ report: WorkerReport, from worker: String, at now: Timestamp, clock: ContinuousClock.Instant
    ) -> Bool {
        let isKnown = knows(worker, startedAt: report.startedAt)
        guard isKnown || report.isWhole else { return false }
        var life = removeLife(worker, report.startedAt) ?? Life(startedAt: report.startedAt, heardAt: clock)
        life.heardAt = clock
        // What somebody counted long before it told of it belongs to the totals, not to the last minute.
        let isRecent = isKnown || now.seconds(since: report.startedAt) < Self.youth / .seconds(1)
        var seen: Set<Int> = []
        if report.isWhole { seen.reserveCapacity(report.traffic.count) }
        for entry in report.traffic {
            guard let place = place(for: entry, in: life, at: clock) else {
                refused += 1
                continue
            }
            if report.isWhole { seen.insert(place) }
            read(entry, at: place, &life, isRecent: isRecent, clock)
        }
        if report.isWhole {
            for place in life.readings.keys where !seen.contains(place) { forget(place, of: &life) }
        }
        keep(life, of: worker)
        return true
    }

    /// What a worker had told is known no longer than its process needs to be: the newest ones stay.
    private mutating func keep(_ life: Life, of worker: String) {
        var all = lives[worker] ?? []
        all.append(life)
        if all.count > Self.livesPerWorker, let oldest = all.indices.min(by: { all[$0].heardAt < all[$1].heardAt }) {
            end(all.remove(at: oldest))
        }
        lives[worker] = all
    }

    private mutating func removeLife(_ worker: String, _ startedAt: Timestamp) -> Life? {
        guard let index = lives[worker]?.firstIndex(where: { $0.startedAt == startedAt }) else { return nil }
        return lives[worker]?.remove(at: index)
    }

    /// Its counts stay in the totals; what it had under way is gone.
    mutating func end(_ life: Life) {
        for (place, reading) in life.readings { totals[place]?.active -= reading.active }
        readingCount -= life.readings.count
    }

    private mutating func forget(_ place: Int, of life: inout Life) {
        guard let reading = life.readings.removeValue(forKey: place) else { return }
        totals[place]?.active -= reading.active
        readingCount -= 1
    }

    private mutating func read(
        _ entry: WorkerReport.Traffic, at place: Int, _ life: inout Life, isRecent: Bool,
        _ clock: ContinuousClock.Instant
    ) {
        let counters = entry.counters
        let before = life.readings[place]
        var new = counters
        if let before, before.number == entry.number {
            // Less than before without another number is nothing that a worker tells; so it counts as begun anew.
            new = counters.since(before.counters) ?? counters
        }
        if before == nil { readingCount += 1 }
        life.readings[place] = Reading(number: entry.number, active: entry.active, counters: counters)
        totals[place, default: Total(changedAt: clock)].active += entry.active - (before?.active ?? 0)
        guard !new.isEmpty else { return }
        totals[place]?.counters.add(new)
        totals[place]?.changedAt = clock
        if isRecent { record(new, at: place, clock) }
    }

    // MARK: Places

    private mutating func place(
        for entry: WorkerReport.Traffic, in life: Life, at clock: ContinuousClock.Instant
    ) -> Int? {
        let key = entry.key
        if let known = places[key] {
            return life.readings[known] != nil || readingCount < limits.readings ? known : nil
        }
        guard readingCount < limits.readings, places.count < limits.keys else { return nil }
        return add(key, at: clock)
    }

    mutating func add(_ key: TrafficKey, at clock: ContinuousClock.Instant) -> Int {
        let place: Int
        if let free = freePlaces.popLast() {
            place = free
            keys[place] = key
        } else {
            place = keys.count
            keys.append(key)
        }
        places[key] = place
        placesByRoute[key.route, default: []].insert(place)
        totals[place] = Total(changedAt: clock)
        return place
    }

    // MARK: Slots

    func slotNumber(at clock: ContinuousClock.Instant) -> Int64 {
        Int64((clock - began) / Self.slotLength)
    }

    private mutating func record(_ new: TrafficCounters, at place: Int, _ clock: ContinuousClock.Instant) {
        let number = slotNumber(at: clock)
        if slots.last?.number != number {
            slots.append(Slot(number: number))
            trimSlots(number)
        }
        let last = slots.count - 1
        if slots[last].counters[place] == nil { slotEntryCount += 1 }
        slots[last].counters[place, default: TrafficCounters()].add(new)
    }

    private mutating func trimSlots(_ number: Int64) {
        let kept = Int64(Self.longestWindow / Self.slotLength) + 1
        while let first = slots.first, slots.count > 1,
            first.number <= number - kept || slotEntryCount > limits.slotEntries
        {
            slotEntryCount -= first.counters.count
            firstSlot = first.number + 1
            slots.removeFirst()
        }
    }
}

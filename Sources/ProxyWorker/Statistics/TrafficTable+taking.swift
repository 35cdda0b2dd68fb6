internal import RoutingModel

extension TrafficTable {
    /// What has been counted since it was taken last; in pieces, so that a loop isn't held up.
    /// - Parameter limit: entries at most.
    /// - Returns: fewer than `limit` when there is nothing more.
    func take(_ limit: Int = 1_024) -> [TrafficDelta] {
        var result: [TrafficDelta] = []
        let count = min(limit, state.pointee.touchedCount)
        result.reserveCapacity(count)
        for _ in 0..<count {
            let handle = Int(state.pointee.touched[state.pointee.touchedStart])
            state.pointee.touchedStart = (state.pointee.touchedStart + 1) & (state.pointee.capacity - 1)
            state.pointee.touchedCount -= 1
            if let delta = take(handle) { result.append(delta) }
        }
        if count < limit {
            round &+= 1
            sweep()
        }
        return result
    }

    private func take(_ handle: Int) -> TrafficDelta? {
        guard let key = keys[handle] else { return nil }
        let words = words(handle)
        words[Field.isTouched] = 0
        words[Field.round] = round
        let active = Int(Int32(bitPattern: words[Field.active] &- words[Field.toldActive]))
        words[Field.toldActive] = words[Field.active]
        var counters = TrafficCounters()
        for place in 0..<TrafficCounters.placeCount {
            if place == TrafficCounters.Place.latencySum {
                counters.append(Int(truncatingIfNeeded: sum(words)), at: place)
            } else {
                counters.append(Int(words[Field.counters + place]), at: place)
            }
        }
        setSum(words, to: 0)
        (words + Field.counters).update(repeating: 0, count: TrafficCounters.placeCount)
        if words[Field.active] == 0, words[Field.generation] == Self.orphan { release(handle) }
        return TrafficDelta(key: key, counters: counters, active: active)
    }

    /// Gives up a share of the entries that have had no traffic for long: routes and peers come and go.
    private func sweep() {
        let count = state.pointee.count
        guard count > 0 else { return }
        for _ in 0..<(count / Int(Self.idleRounds) + 1) {
            if swept >= count { swept = 0 }
            let words = words(swept)
            if keys[swept] != nil, words[Field.active] == 0, words[Field.isTouched] == 0,
                round &- words[Field.round] > Self.idleRounds
            {
                if words[Field.generation] != Self.orphan { state.pointee.index.remove(numbers[swept].key) }
                release(swept)
            }
            swept += 1
        }
    }

    private func release(_ handle: Int) {
        keys[handle] = nil
        free.append(handle)
    }
}

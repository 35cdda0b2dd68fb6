package import RoutingModel

extension TrafficBook {
    /// What is known of one key.
    package struct Line: Sendable {
        package let key: TrafficKey
        /// Since the worker's start.
        package let total: TrafficCounters
        /// In the window.
        package let recent: TrafficCounters
        package let active: Int
    }

    /// How much of a window there really is.
    package struct Window: Sendable, Equatable {
        /// What was asked for, in seconds.
        package let asked: Double
        /// From the beginning of the oldest slot that is counted until now, in seconds.
        package let covered: Double
    }

    /// What is known of a route, in no order; nothing for a route without traffic.
    /// - Parameter span: of the window; whole slots are counted, so that it may be longer by up to one.
    package func lines(
        ofRoute route: String, within span: Duration, at clock: ContinuousClock.Instant
    ) -> (lines: [Line], window: Window) {
        let (recent, window) = slots(within: span, at: clock)
        let lines = (placesByRoute[route] ?? []).compactMap { place -> Line? in
            guard let key = keys[place], let total = totals[place] else { return nil }
            var sum = TrafficCounters()
            for slot in recent { if let counters = slot.counters[place] { sum.add(counters) } }
            return Line(key: key, total: total.counters, recent: sum, active: total.active)
        }
        return (lines, window)
    }

    private func slots(
        within span: Duration, at clock: ContinuousClock.Instant
    ) -> (ArraySlice<Slot>, Window) {
        let span = min(span, Self.longestWindow)
        let wanted = slotNumber(at: clock) - Int64((span / Self.slotLength).rounded(.up))
        let first = max(wanted, firstSlot)
        let covered = (clock - began) / .seconds(1) - Double(first) * (Self.slotLength / .seconds(1))
        return (
            slots[(slots.firstIndex { $0.number >= first } ?? slots.endIndex)...],
            Window(asked: span / .seconds(1), covered: covered)
        )
    }

    /// The sums of routes and groups over peers, those with most requests first.
    /// - Parameter routes: how many routes at most.
    package func sums(routes limit: Int) -> [Line] {
        var byRoute: [(route: String, requests: Int, lines: [Line])] = placesByRoute.map { route, places in
            var groups: [String?: (TrafficCounters, Int)] = [:]
            var requests = 0
            for place in places {
                guard let key = keys[place], let total = totals[place] else { continue }
                var (counters, active) = groups[key.group] ?? (TrafficCounters(), 0)
                counters.add(total.counters)
                active += total.active
                groups[key.group] = (counters, active)
                requests += total.counters[TrafficCounters.Place.requests]
            }
            let lines = groups.map { group, sum in
                Line(
                    key: TrafficKey(route: route, group: group, peer: nil), total: sum.0, recent: TrafficCounters(),
                    active: sum.1)
            }
            return (route, requests, lines)
        }
        if byRoute.count > limit {
            byRoute.sort { ($1.requests, $0.route) < ($0.requests, $1.route) }
        }
        return byRoute.prefix(limit).flatMap(\.lines)
    }

    /// When each worker reported last, and since when it counts; by id, the newest process of each.
    package var reporters: [(worker: String, startedAt: Timestamp, heardAt: ContinuousClock.Instant)] {
        lives.compactMap { worker, all in
            all.max { $0.heardAt < $1.heardAt }.map { (worker, $0.startedAt, $0.heardAt) }
        }
    }
}

internal import RoutingModel

extension TrafficBook {
    /// Gives up what nobody asks for any more: routes that are gone, peers without traffic for a day, workers that have
    /// said nothing for a day. To be called now and then.
    /// - Parameter isRoute: whether there is a route of that name.
    package mutating func forget(at clock: ContinuousClock.Instant, isRoute: (String) -> Bool) {
        for (worker, all) in lives {
            let (kept, gone) = all.split { clock - $0.heardAt <= Self.patienceWithWorkers }
            guard !gone.isEmpty else { continue }
            for life in gone { end(life) }
            lives[worker] = kept.isEmpty ? nil : kept
        }
        var gone: Set<Int> = []
        for (route, places) in placesByRoute {
            let isGone = !isRoute(route)
            for place in places {
                guard let key = keys[place], let total = totals[place] else { continue }
                let silence = clock - total.changedAt
                if isGone, silence > Self.patienceWithRoutes {
                    gone.insert(place)
                } else if !isGone, key.peer != nil, total.active == 0, silence > Self.patienceWithPeers {
                    // The group's sum stays what it is.
                    let rest = TrafficKey(route: key.route, group: key.group, peer: nil)
                    let heir = self.places[rest] ?? add(rest, at: total.changedAt)
                    totals[heir]?.counters.add(total.counters)
                    gone.insert(place)
                }
            }
        }
        drop(gone)
    }

    private mutating func drop(_ gone: Set<Int>) {
        guard !gone.isEmpty else { return }
        for (worker, all) in lives {
            lives[worker] = all.map { life in
                var life = life
                for place in gone where life.readings.removeValue(forKey: place) != nil { readingCount -= 1 }
                return life
            }
        }
        for index in slots.indices {
            for place in gone where slots[index].counters.removeValue(forKey: place) != nil { slotEntryCount -= 1 }
        }
        for place in gone {
            guard let key = keys[place] else { continue }
            keys[place] = nil
            places[key] = nil
            totals[place] = nil
            placesByRoute[key.route]?.remove(place)
            if placesByRoute[key.route]?.isEmpty == true { placesByRoute[key.route] = nil }
            freePlaces.append(place)
        }
    }
}

extension Array {
    fileprivate func split(_ isFirst: (Element) -> Bool) -> (first: [Element], second: [Element]) {
        var (first, second): ([Element], [Element]) = ([], [])
        for element in self { if isFirst(element) { first.append(element) } else { second.append(element) } }
        return (first, second)
    }
}

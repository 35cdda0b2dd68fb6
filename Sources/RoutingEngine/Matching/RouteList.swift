/// Routes in the order of precedence. It holds a reference to each of them, and hands them out without one.
///
/// It is no more than a pointer: copies are the same list, and whoever owns it empties it.
struct RouteList: BitwiseCopyable {
    private(set) var start: UnsafeMutablePointer<Unmanaged<CompiledRoute>>?
    private(set) var count = 0
    private var capacity = 0

    init() {}

    var isEmpty: Bool { count == 0 }

    /// Puts `route` where it belongs, in place of one of the same rank.
    mutating func insert(_ route: CompiledRoute) {
        let place = place(of: route)
        let new = Unmanaged.passRetained(route)
        if place < count, let start, start[place]._withUnsafeGuaranteedRef({ $0.rank == route.rank }) {
            start[place].release()
            start[place] = new
            return
        }
        reserve(count + 1)
        guard let start else { return }
        for later in stride(from: count, to: place, by: -1) { start[later] = start[later - 1] }
        start[place] = new
        count += 1
    }

    /// Takes out the route of the same rank.
    mutating func remove(_ route: CompiledRoute) {
        let place = place(of: route)
        guard let start, place < count, start[place]._withUnsafeGuaranteedRef({ $0.rank == route.rank }) else { return }
        start[place].release()
        for later in place..<count - 1 { start[later] = start[later + 1] }
        count -= 1
        if count == 0 { removeAll() }
    }

    mutating func removeAll() {
        guard let start else { return }
        for place in 0..<count { start[place].release() }
        start.deallocate()
        self = RouteList()
    }

    /// The first place whose route doesn't go before `route`.
    private func place(of route: CompiledRoute) -> Int {
        guard let start else { return 0 }
        var range = 0..<count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let isBefore = start[middle]._withUnsafeGuaranteedRef { $0.rank < route.rank }
            range = isBefore ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    private mutating func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        let larger = max(1, capacity * 2)
        let new = UnsafeMutablePointer<Unmanaged<CompiledRoute>>.allocate(capacity: larger)
        if let start {
            new.initialize(from: start, count: count)
            start.deallocate()
        }
        start = new
        capacity = larger
    }
}

/// Elements by the moment when they are due (a binary heap): the earliest leaves first.
struct DueQueue<Element> {
    private var heap: [(at: ContinuousClock.Instant, element: Element)] = []

    /// When the earliest is due.
    var earliest: ContinuousClock.Instant? { heap.first?.at }

    var count: Int { heap.count }

    mutating func insert(_ element: Element, at: ContinuousClock.Instant) {
        heap.append((at, element))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].at < heap[parent].at else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// The earliest, if it is due at `now`.
    mutating func pop(at now: ContinuousClock.Instant) -> Element? {
        guard let first = heap.first, first.at <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].at < heap[least].at {
                least = child
            }
            if least == parent { return first.element }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    mutating func removeAll() { heap = [] }
}

extension DueQueue: Sendable where Element: Sendable {}

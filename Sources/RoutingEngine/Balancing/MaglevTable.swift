/// Who owns which keys: a table in which each peer has places by its weight, and where few of them change hands when a
/// peer comes or goes (D. Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016,
/// section 3.4; weights as Envoy's Maglev has them).
enum MaglevTable {
    /// A prime. Always the same: with another size nearly every key would move.
    static let size = 65_537

    /// For each place of the table the place of its owner in `ids`. The same ids and weights give the same table on
    /// every worker.
    /// - Parameter weights: each at least 1.
    static func owners(_ ids: [String], _ weights: [Int]) -> [UInt16] {
        // More don't fit.
        let count = min(ids.count, Int(UInt16.max))
        guard count > 0, let heaviest = weights.prefix(count).max() else { return [] }
        let nobody = UInt16.max
        var owners = Array(repeating: nobody, count: size)
        var next: [Int] = []
        var steps: [Int] = []
        for id in ids.prefix(count) {
            next.append(Int(XXHash64.hash(id) % UInt64(size)))
            steps.append(Int(XXHash64.hash(id, seed: 1) % UInt64(size - 1)) + 1)
        }
        // A peer takes a place whenever its weight has added up to the heaviest one's.
        var saved = Array(repeating: 0, count: count)
        var free = size
        while true {
            for peer in 0..<count {
                saved[peer] += weights[peer]
                if saved[peer] < heaviest { continue }
                saved[peer] -= heaviest
                while owners[next[peer]] != nobody { advance(&next[peer], by: steps[peer]) }
                owners[next[peer]] = UInt16(truncatingIfNeeded: peer)
                advance(&next[peer], by: steps[peer])
                free -= 1
                if free == 0 { return owners }
            }
        }
    }

    private static func advance(_ place: inout Int, by step: Int) {
        place += step
        if place >= size { place -= size }
    }
}

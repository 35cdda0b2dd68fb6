/// Draws by weight in constant time (M. D. Vose, "A Linear Algorithm for Generating Random Numbers with a Given
/// Distribution", 1991).
enum AliasTable {
    /// A place that is drawn as often as others: it keeps part of its draws and leaves the rest to another place.
    struct Cell: BitwiseCopyable {
        /// Of 2^32.
        var kept: UInt32
        var alias: Int32
    }

    /// - Parameter weights: each at least 1.
    static func cells(_ weights: [Int]) -> [Cell] {
        let count = weights.count
        let total = weights.reduce(0.0) { $0 + Double($1) }
        // 1 is the mean.
        var rest = weights.map { Double($0) * Double(count) / total }
        var cells = (0..<count).map { Cell(kept: .max, alias: Int32(truncatingIfNeeded: $0)) }
        var small = rest.indices.filter { rest[$0] < 1 }
        var large = rest.indices.filter { rest[$0] >= 1 }
        while let less = small.popLast(), let more = large.last {
            cells[less] = Cell(
                kept: UInt32(min(rest[less] * 0x1p32, Double(UInt32.max))), alias: Int32(truncatingIfNeeded: more))
            rest[more] -= 1 - rest[less]
            if rest[more] < 1 {
                large.removeLast()
                small.append(more)
            }
        }
        return cells
    }

    @inline(__always)
    static func draw(from cells: UnsafeBufferPointer<Cell>, _ random: inout FastRandom) -> Int {
        // The product's upper half is the place, its lower half where in the place.
        let product = random.next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: cells.count))
        let place = Int(truncatingIfNeeded: product.high)
        let cell = cells[place]
        return UInt32(truncatingIfNeeded: product.low >> 32) < cell.kept ? place : Int(cell.alias)
    }
}

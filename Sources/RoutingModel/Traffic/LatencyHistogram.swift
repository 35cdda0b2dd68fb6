/// The one histogram of latencies that workers fill and the control plane reads: 40 bounds from 64 microseconds to 50
/// seconds, each 1.33 or 1.5 times the one before, and one bucket for everything above.
package enum LatencyHistogram {
    /// The inclusive upper bounds in microseconds, ascending: 64, 96, 128, 192 … 33,554,432, 50,331,648.
    package static let bounds: [Int] = (0..<boundCount).map { ($0 % 2 == 0 ? 64 : 96) << ($0 / 2) }
    package static let boundCount = 40
    /// One more than there are bounds: the last bucket is for what is above them all.
    package static let bucketCount = boundCount + 1

    /// The bucket of a latency: a matter of its two highest bits.
    @inline(__always)
    package static func bucket(microseconds: UInt64) -> Int {
        guard microseconds > 64 else { return 0 }
        // Bounds are inclusive: 96 belongs to the bucket that ends with 96.
        let value = microseconds &- 1
        let exponent = 63 &- value.leadingZeroBitCount
        let half = Int(truncatingIfNeeded: (value &>> UInt64(truncatingIfNeeded: exponent &- 1)) & 1)
        return min((exponent &- 6) &* 2 &+ half &+ 1, boundCount)
    }

    /// The latency that a share of all was not above, in microseconds; nil when nothing was counted.
    ///
    /// Between the bounds of its bucket it is taken as evenly spread. What is above the last bound counts as that.
    /// - Parameters:
    ///   - share: 0 … 1.
    ///   - counts: by bucket; missing ones at the end are 0.
    package static func quantile(_ share: Double, _ counts: [Int]) -> Double? {
        let total = counts.reduce(0, +)
        guard total > 0 else { return nil }
        let rank = max(share, 0) * Double(total)
        var passed = 0.0
        for (bucket, count) in counts.enumerated() where count > 0 {
            let below = passed
            passed += Double(count)
            guard passed >= rank else { continue }
            guard bucket < boundCount else { break }
            let lower = bucket == 0 ? 0 : Double(bounds[bucket - 1])
            return lower + (Double(bounds[bucket]) - lower) * (rank - below) / Double(count)
        }
        return Double(bounds[boundCount - 1])
    }
}

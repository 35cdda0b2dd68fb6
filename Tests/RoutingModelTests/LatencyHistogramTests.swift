import RoutingModel
import Testing

@Suite("The latency histogram")
struct LatencyHistogramTests {
    @Test("its bounds ascend from 64 microseconds to 50 seconds in steps of a third or a half")
    func bounds() {
        let bounds = LatencyHistogram.bounds
        #expect(bounds.count == LatencyHistogram.boundCount)
        #expect(bounds.prefix(5) == [64, 96, 128, 192, 256])
        #expect(bounds.last == 50_331_648)
        for (lower, upper) in zip(bounds, bounds.dropFirst()) {
            #expect(upper * 3 == lower * 4 || upper * 2 == lower * 3)
        }
    }

    @Test("a latency falls into the first bucket whose bound it isn't above")
    func buckets() {
        let bounds = LatencyHistogram.bounds
        func expected(_ value: UInt64) -> Int { bounds.firstIndex { value <= $0 } ?? bounds.count }
        for bound in bounds {
            for value in UInt64(bound - 2)...UInt64(bound + 2) {
                #expect(LatencyHistogram.bucket(microseconds: value) == expected(value))
            }
        }
        for value in [0, 1, 63, 1_000_000_000, UInt64.max] {
            #expect(LatencyHistogram.bucket(microseconds: value) == expected(value))
        }
        for _ in 0..<10_000 {
            let value = UInt64.random(in: 0..<(1 << UInt64.random(in: 1..<40)))
            #expect(LatencyHistogram.bucket(microseconds: value) == expected(value))
        }
    }

    @Test("quantiles lie in the bucket that has them, and there are none of nothing")
    func quantiles() {
        #expect(LatencyHistogram.quantile(0.5, []) == nil)
        #expect(LatencyHistogram.quantile(0.5, [0, 0]) == nil)
        // 90 of up to 64, 10 of up to 128.
        let counts = [90, 0, 10]
        #expect(LatencyHistogram.quantile(0.45, counts) == 32)
        #expect(LatencyHistogram.quantile(0.9, counts) == 64)
        #expect(LatencyHistogram.quantile(0.95, counts) == 112)
        #expect(LatencyHistogram.quantile(1, counts) == 128)
        var above = [Int](repeating: 0, count: LatencyHistogram.bucketCount)
        above[LatencyHistogram.boundCount] = 3
        #expect(LatencyHistogram.quantile(0.99, above) == 50_331_648)
    }
}

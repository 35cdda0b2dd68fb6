internal import CoreMetrics
internal import Synchronization

/// A histogram with fixed bounds, from 100 microseconds to half a minute.
final class PrometheusHistogram: PrometheusSeries, TimerHandler, RecorderHandler {
    private static let bounds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]

    private struct State {
        var counts = [Int](repeating: 0, count: bounds.count + 1)
        var sum = 0.0
    }

    private let state = Mutex(State())

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        state.withLock { state in
            state.counts[Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count] += 1
            state.sum += value
        }
    }

    func render(name: String, labels: String, into text: inout String) {
        let state = state.withLock { $0 }
        let prefix = labels.isEmpty ? "" : "\(labels),"
        var total = 0
        for (place, count) in state.counts.enumerated() {
            total += count
            let bound = place < Self.bounds.count ? "\(PrometheusNumber.text(Self.bounds[place]))" : "+Inf"
            text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(total)\n"
        }
        let suffix = labels.isEmpty ? "" : "{\(labels)}"
        text += "\(name)_sum\(suffix) \(PrometheusNumber.text(state.sum))\n\(name)_count\(suffix) \(total)\n"
    }
}

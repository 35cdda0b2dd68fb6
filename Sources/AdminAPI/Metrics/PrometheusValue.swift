internal import CoreMetrics
internal import Synchronization

/// A counter or a gauge.
final class PrometheusValue: PrometheusSeries, CounterHandler, FloatingPointCounterHandler, MeterHandler,
    RecorderHandler
{
    private let value = Mutex(0.0)

    func render(name: String, labels: String, into text: inout String) {
        PrometheusNumber.render(value.withLock { $0 }, name: name, labels: labels, into: &text)
    }

    func increment(by amount: Int64) { value.withLock { $0 += Double(amount) } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func set(_ new: Int64) { value.withLock { $0 = Double(new) } }
    func set(_ new: Double) { value.withLock { $0 = new } }
    func record(_ new: Int64) { value.withLock { $0 = Double(new) } }
    func record(_ new: Double) { value.withLock { $0 = new } }
    func reset() { value.withLock { $0 = 0 } }
}

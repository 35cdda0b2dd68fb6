package import CoreMetrics
internal import Synchronization

/// Holds the process's metrics and renders them in Prometheus' text format (version 0.0.4).
///
/// Labels become `snake_case`; counters end in `_total`; timers are histograms in seconds that end in `_seconds`.
package final class PrometheusRegistry: MetricsFactory, Sendable {
    private struct Family {
        let type: String
        var series: [String: any PrometheusSeries] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    package init() {}

    /// Every metric, ordered by name and labels.
    package func render() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# TYPE \(name) \(family.type)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.render(name: name, labels: labels, into: &text)
            }
        }
        return text
    }

    /// Sets a counter that something else counts: the sum as of now.
    package func set(counter label: String, _ dimensions: [(String, String)] = [], to value: Int) {
        series(label, dimensions, type: "counter", suffix: "_total") { PrometheusValue() }.set(Int64(value))
    }

    /// Drops a family's series, whose objects may be gone; those that still exist are set again.
    package func forget(_ name: String) { families.withLock { $0[name] = nil } }

    private func series<S: PrometheusSeries>(
        _ label: String, _ dimensions: [(String, String)], type: String, suffix: String = "", _ make: () -> S
    ) -> S {
        var name = Self.sanitize(label)
        if !suffix.isEmpty, !name.hasSuffix(suffix) { name += suffix }
        let labels = dimensions.map { "\(Self.sanitize($0.0))=\"\(Self.escape($0.1))\"" }.joined(separator: ",")
        return families.withLock { families in
            if let known = families[name]?.series[labels] as? S { return known }
            let made = make()
            families[name, default: Family(type: type)].series[labels] = made
            return made
        }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, type: "counter", suffix: "_total") { PrometheusValue() }
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, type: "counter", suffix: "_total") { PrometheusValue() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, type: "gauge") { PrometheusValue() }
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return series(label, dimensions, type: "histogram") { PrometheusHistogram() } }
        return series(label, dimensions, type: "gauge") { PrometheusValue() }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, type: "histogram", suffix: "_seconds") { PrometheusHistogram() }
    }

    // Series live as long as the process: a counter that begins anew would look like a reset.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private static func sanitize(_ label: String) -> String {
        String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") ? $0 : "_" })
    }

    private static func escape(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}

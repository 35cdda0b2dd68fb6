package import CoreMetrics
internal import Synchronization

/// Holds the process's metrics and renders them in Prometheus' text format (version 0.0.4).
///
/// Labels become `snake_case`; counters end in `_total`; timers are histograms in seconds that end in `_seconds`.
package final class PrometheusRegistry: MetricsFactory, Sendable {
    private struct Family {
        let type: String
        var series: [String: any PrometheusSeries] = [:]
        /// What was measured all at once, ordered by labels.
        var samples: [(labels: String, value: Double)] = []
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
            for sample in family.samples {
                PrometheusNumber.render(sample.value, name: name, labels: sample.labels, into: &text)
            }
        }
        return text
    }

    /// Sets a counter that something else counts: the sum as of now.
    package func set(counter label: String, _ dimensions: [(String, String)] = [], to value: Int) {
        series(label, dimensions, type: "counter", suffix: "_total") { PrometheusValue() }.set(Int64(value))
    }

    /// Sets a gauge with all its series at once: whoever renders sees all of them as given here or as they were before,
    /// and nothing of objects that are gone. Without a sample the gauge isn't shown.
    package func replace(gauge label: String, with samples: [(dimensions: [(String, String)], value: Double)]) {
        let name = Self.sanitize(label)
        let lines = samples.map { (labels: Self.labels($0.dimensions), value: $0.value) }.sorted {
            $0.labels < $1.labels
        }
        families.withLock { $0[name] = lines.isEmpty ? nil : Family(type: "gauge", samples: lines) }
    }

    /// Sets a counter or a histogram with all its series at once, as `replace(gauge:with:)` does.
    /// - Parameters:
    ///   - name: as it is shown, with its suffix.
    ///   - type: `counter` or `histogram`.
    func replace(
        _ name: String, type: String, with series: [(dimensions: [(String, String)], value: any PrometheusSeries)]
    ) {
        let name = Self.sanitize(name)
        let all = Dictionary(series.map { (Self.labels($0.dimensions), $0.value) }, uniquingKeysWith: { $1 })
        families.withLock { $0[name] = all.isEmpty ? nil : Family(type: type, series: all) }
    }

    private func series<S: PrometheusSeries>(
        _ label: String, _ dimensions: [(String, String)], type: String, suffix: String = "", _ make: () -> S
    ) -> S {
        var name = Self.sanitize(label)
        if !suffix.isEmpty, !name.hasSuffix(suffix) { name += suffix }
        let labels = Self.labels(dimensions)
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

    private static func labels(_ dimensions: [(String, String)]) -> String {
        var text = ""
        for (name, value) in dimensions {
            if !text.isEmpty { text += "," }
            text += sanitize(name)
            text += "=\""
            text += escape(value)
            text += "\""
        }
        return text
    }

    /// Every byte that a name can't have becomes an underscore.
    private static func sanitize(_ label: String) -> String {
        if label.utf8.allSatisfy(isNameByte) { return label }
        return String(decoding: label.utf8.map { isNameByte($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    /// By bytes, not by characters: a quote is a quote for who reads this, whatever it is combined with.
    private static func escape(_ value: String) -> String {
        func isSpecial(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
        }
        guard value.utf8.contains(where: isSpecial) else { return value }
        var bytes: [UInt8] = []
        for byte in value.utf8 {
            if isSpecial(byte) { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

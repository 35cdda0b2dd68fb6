/// A number that somebody else counts, as of one moment.
struct PrometheusSample: PrometheusSeries {
    private let value: Double

    init(_ value: Double) { self.value = value }

    func render(name: String, labels: String, into text: inout String) {
        PrometheusNumber.render(value, name: name, labels: labels, into: &text)
    }
}

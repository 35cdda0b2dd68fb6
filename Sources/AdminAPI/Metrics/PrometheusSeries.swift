/// One line, or one histogram, of the text format.
protocol PrometheusSeries: Sendable {
    func render(name: String, labels: String, into text: inout String)
}

enum PrometheusNumber {
    /// One line.
    static func render(_ value: Double, name: String, labels: String, into line: inout String) {
        line += name
        if !labels.isEmpty {
            line += "{"
            line += labels
            line += "}"
        }
        line += " "
        line += text(value)
        line += "\n"
    }

    /// Whole numbers without a fraction.
    static func text(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return value.isNaN ? "NaN" : value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : String(value)
    }
}

package import RoutingModel

extension Page {
    /// Which workers enforce a change (`wait=applied`).
    package mutating func applied(_ report: JSONValue) {
        let applied = report["applied"]?.texts ?? []
        let index = report["index"]?.int.map { " since snapshot \($0)" } ?? ""
        if applied.isEmpty, Self.isApplied(report) {
            line(Cell("There is no live worker to apply it.", .warning))
        } else if !applied.isEmpty {
            line(Cell("Applied by \(applied.joined(separator: ", "))\(index).", .good))
        }
        for worker in report["lagging"]?.texts ?? [] { line(Cell("Not yet applied by \(worker).", .warning)) }
        for refusal in report["nacked"]?.items ?? [] {
            line(Cell("Refused by \(refusal["worker"]?.text ?? "?"):", .bad), Cell(refusal["error"]?.text))
        }
    }

    /// The report in an answer to a write with `wait=applied`, if there is one.
    package static func appliedReport(_ answer: JSONValue) -> JSONValue? {
        guard answer["lagging"]?.items != nil else { return .none }
        return answer
    }

    /// Whether nobody is missing.
    package static func isApplied(_ report: JSONValue) -> Bool {
        (report["lagging"]?.items ?? []).isEmpty && (report["nacked"]?.items ?? []).isEmpty
    }
}

/// Statuses of responses, as rules list them: `200-299`, `401`.
struct StatusRanges: Hashable, Sendable {
    private let ranges: [ClosedRange<Int>]

    /// What isn't a status or a range of them is passed over: rules have been validated.
    init(_ texts: [String]) {
        ranges = texts.compactMap { text in
            let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            switch ends.count {
            case 1: return ends[0].map { $0...$0 }
            case 2:
                guard let low = ends[0], let high = ends[1], low <= high else { return nil }
                return low...high
            default: return nil
            }
        }
    }

    func contains(_ status: Int) -> Bool { ranges.contains { $0.contains(status) } }
}

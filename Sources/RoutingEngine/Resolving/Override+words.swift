internal import RoutingModel

extension Override {
    /// What it says, until when and why: `drain until 2026-01-31T12:00:00.000Z (new kernel)`.
    var words: String {
        let wishes = [state?.rawValue, weight.map { "weight \($0)" }].compactMap { $0 }.joined(separator: ", ")
        return "\(wishes)\(expiresAt.map { " until \($0)" } ?? "") (\(reason))"
    }
}

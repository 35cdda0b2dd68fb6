/// What a check of a peer found.
enum CheckOutcome: Hashable, Sendable {
    case passed
    /// Why, as the end of a sentence without its full stop.
    case failed(String)
}

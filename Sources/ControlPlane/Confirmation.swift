/// An answer that is not believed yet.
struct Confirmation {
    /// Tells the question that is in flight from an older one.
    let number: Int
    /// What believing it would do.
    let alarm: String
    /// Confirmations that failed so far.
    var failures = 0
}

/// What there is at the beginning of some bytes. Trivial: nothing is retained to pass it on.
enum ScanOutcome: Hashable {
    /// A good beginning, but not all of a head.
    case incomplete
    /// A head of so many bytes, its empty line included.
    case complete(headBytes: Int)
    /// No head, and none will become of it. A connection can't be used after that.
    case refused(HeadFault)
}

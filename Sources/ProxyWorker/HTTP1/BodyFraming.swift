/// How the end of a message's body is found (RFC 9112 section 6).
enum BodyFraming: Hashable {
    case none
    case length(Int)
    case chunked
    /// Of responses only.
    case untilClose
}

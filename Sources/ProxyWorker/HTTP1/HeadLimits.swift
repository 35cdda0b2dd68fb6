/// How large a message's head may be.
struct HeadLimits: Hashable {
    /// Bytes of the target, and of one field's line without its end; below 65,536.
    var field = 32 * 1024
    /// Bytes of the whole head.
    var head = 64 * 1024
    /// Fields.
    var count = 128

    /// For what peers send: they are trusted more than clients, and some send many cookies.
    static let response = HeadLimits(field: 65_535, head: 256 * 1024, count: 1024)
    /// For trailer sections.
    static let trailer = HeadLimits(field: 8 * 1024, head: 16 * 1024, count: 64)
}

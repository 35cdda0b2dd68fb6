/// How large a message's head may be.
struct HeadLimits: Hashable {
    /// Bytes of the target, and of one field's name and value; below 65,536.
    var field = 32 * 1024
    /// Bytes of the whole head.
    var head = 64 * 1024
    /// Fields.
    var count = 128
}

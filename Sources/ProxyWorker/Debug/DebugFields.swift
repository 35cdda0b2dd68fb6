internal import NIOCore

/// What a response tells a client that may see how its request was routed.
struct DebugFields {
    /// Nil: there is none, and then no field either.
    var route: String?
    var group: String?
    /// The one that was chosen at first, when a retry has left it.
    var firstGroup: String?
    var peer: String?
    /// Negative: the group was forced, or there was no route.
    var bucket = -1
    /// Tries.
    var attempts = 0
    /// Of the snapshot in force.
    var index = 0

    /// Appends whole header lines.
    func write(into buffer: inout ByteBuffer) {
        if let route { Self.line("X-Signalbox-Route", route, into: &buffer) }
        if let group { Self.line("X-Signalbox-Group", group, into: &buffer) }
        if let firstGroup { Self.line("X-Signalbox-First-Group", firstGroup, into: &buffer) }
        if let peer { Self.line("X-Signalbox-Peer", peer, into: &buffer) }
        if bucket >= 0 { Self.line("X-Signalbox-Bucket", "\(bucket)", into: &buffer) }
        Self.line("X-Signalbox-Attempts", "\(attempts)", into: &buffer)
        Self.line("X-Signalbox-Index", "\(index)", into: &buffer)
    }

    private static func line(_ name: StaticString, _ value: String, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(name)
        buffer.writeStaticString(": ")
        // A peer's id comes from Consul: RFC 9110 section 5.5 has no control characters in a field's value.
        buffer.writeBytes(value.utf8.lazy.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 })
        buffer.writeStaticString("\r\n")
    }
}

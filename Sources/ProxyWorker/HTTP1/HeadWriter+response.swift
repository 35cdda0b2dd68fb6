internal import NIOCore

extension HeadWriter {
    /// Writes the head that a client gets for a peer's response. It always says HTTP/1.1; fields for one connection
    /// only are left out, and the framing is what the client understands.
    /// - Parameters:
    ///   - bytes: those that the head was scanned from.
    ///   - buffer: written to at its end.
    static func response(
        _ head: borrowing ResponseHead, over bytes: UnsafeRawBufferPointer, plan: ResponsePlan,
        into buffer: inout ByteBuffer
    ) {
        if plan.isUntouched(head) {
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[0..<head.byteCount]))
            return
        }
        let room = head.byteCount + (plan.changes?.lines.count ?? 0) + plan.extra.count + 128
        buffer.reserveCapacity(minimumWritableBytes: room)
        let written = buffer.withUnsafeMutableWritableBytes { memory -> Int in
            guard let start = memory.baseAddress else { return 0 }
            var sink = HeadSink(start)
            write(head, bytes, plan, &sink)
            return sink.count
        }
        buffer.moveWriterIndex(forwardBy: written)
    }

    @inline(__always) private static func write(
        _ head: borrowing ResponseHead, _ bytes: UnsafeRawBufferPointer, _ plan: ResponsePlan, _ sink: inout HeadSink
    ) {
        sink.put("HTTP/1.1 ")
        sink.put(bytes, 9..<12)
        sink.put(ByteClass.space)
        sink.put(bytes, head.reason)
        sink.put("\r\n")
        // Those that name the client's side are the peer's to send here.
        var kept =
            FieldTag.endToEnd.bit | FieldTag.host.bit | FieldTag.expect.bit | FieldTag.forwarded.bit
            | FieldTag.forwardedFor.bit | FieldTag.forwardedProto.bit | FieldTag.forwardedHost.bit | FieldTag.realIP.bit
        // RFC 9110 section 8.6: none with a 204 or an informational response.
        if head.status >= 200, head.status != 204 { kept |= FieldTag.contentLength.bit }
        // RFC 9110 sections 7.8, 15.2.2 and 15.5.22.
        let saysUpgrade = (head.isSwitch || head.status == 426) && head.table.has(.upgrade)
        if saysUpgrade { kept |= FieldTag.upgrade.bit }
        copy(head.table, bytes, kept, plan.changes, &sink)
        if plan.framing == .chunked { sink.put("Transfer-Encoding: chunked\r\n") }
        if plan.closesClient {
            sink.put(saysUpgrade ? "Connection: close, Upgrade\r\n" : "Connection: close\r\n")
        } else if saysUpgrade {
            sink.put("Connection: Upgrade\r\n")
        } else if plan.saysKeepAlive {
            sink.put("Connection: keep-alive\r\n")
        }
        if let changes = plan.changes { sink.put(changes.lines) }
        sink.put(plan.extra)
        sink.put("\r\n")
    }
}

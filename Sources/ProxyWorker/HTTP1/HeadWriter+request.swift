internal import NIOCore
internal import RoutingEngine

extension HeadWriter {
    /// The fields that a peer gets as the client sent them.
    private static let kept = FieldTag.endToEnd.bit | FieldTag.expect.bit
    /// Those that tell for whom a proxy speaks.
    private static let told =
        FieldTag.forwarded.bit | FieldTag.forwardedProto.bit | FieldTag.forwardedHost.bit | FieldTag.realIP.bit

    /// Writes the head that an upstream peer gets for a client's request.
    ///
    /// Fields for one connection only are left out (RFC 9110 section 7.6.1), the body's framing is written anew, Host
    /// stays as the client sent it unless it is rewritten. The client's address is added to `X-Forwarded-For`;
    /// `X-Real-IP`, `X-Forwarded-Proto` and `X-Forwarded-Host` are overwritten, `Forwarded` and `X-Forwarded-Port`
    /// left out: this proxy is the edge, and nobody before it is believed unless the plan says so.
    /// - Parameters:
    ///   - bytes: those that the head was scanned from.
    ///   - buffer: written to at its end.
    static func request(
        _ head: borrowing RequestHead, over bytes: UnsafeRawBufferPointer, plan: RequestPlan,
        into buffer: inout ByteBuffer
    ) {
        var room = 3 * head.byteCount + 4 * head.table.count + 512
        room += 3 * plan.sourceIP.count + plan.connectionIP.count + 2 * plan.peerAuthority.count + plan.extra.count
        if let changes = plan.changes { room += changes.lines.count }
        if let rewrite = plan.rewrite { room += 2 * (rewrite.host?.count ?? 0) + (rewrite.prefix?.count ?? 0) }
        buffer.reserveCapacity(minimumWritableBytes: room)
        let written = buffer.withUnsafeMutableWritableBytes { memory -> Int in
            guard let start = memory.baseAddress else { return 0 }
            var sink = HeadSink(start)
            line(head, bytes, plan, &sink)
            fields(head, bytes, plan, &sink)
            return sink.count
        }
        buffer.moveWriterIndex(forwardBy: written)
    }

    /// The request line and Host, which RFC 9110 section 7.2 wants first.
    @inline(__always) private static func line(
        _ head: borrowing RequestHead, _ bytes: UnsafeRawBufferPointer, _ plan: RequestPlan, _ sink: inout HeadSink
    ) {
        sink.put(bytes, head.method)
        sink.put(ByteClass.space)
        if head.isAsterisk {
            sink.put(ByteClass.star)
        } else {
            let path = head.pathBytes(over: bytes)
            if let rewrite = plan.rewrite, let prefix = rewrite.prefix, path.count >= rewrite.matched {
                let rest = path.count - rewrite.matched
                let count = CompiledRewrite.prefixCount(prefix, restCount: rest)
                prefix.withUnsafeBytes { sink.put($0, 0..<count) }
                sink.put(path, rewrite.matched..<path.count)
                if count + rest == 0 { sink.put(ByteClass.slash) }
            } else {
                sink.put(path)
            }
            if head.hasQuery {
                sink.put(ByteClass.question)
                sink.put(bytes, head.query)
            }
        }
        sink.put(" HTTP/1.1\r\nHost: ")
        if let host = plan.rewrite?.host {
            sink.put(host)
        } else {
            sink.put(original(head, bytes, plan))
        }
        sink.put("\r\n")
    }

    /// The host that the client asked for; the peer's address when it asked for none.
    @inline(__always) private static func original(
        _ head: borrowing RequestHead, _ bytes: UnsafeRawBufferPointer, _ plan: RequestPlan
    ) -> UnsafeRawBufferPointer {
        head.authority.isEmpty ? plan.peerAuthority : UnsafeRawBufferPointer(rebasing: bytes[head.authority])
    }

    @inline(__always) private static func fields(
        _ head: borrowing RequestHead, _ bytes: UnsafeRawBufferPointer, _ plan: RequestPlan, _ sink: inout HeadSink
    ) {
        let traits = head.traits
        var kept = kept
        if plan.dropsExpect { kept &= ~FieldTag.expect.bit }
        if plan.trustsClient { kept |= told }
        if traits.isUpgrade { kept |= FieldTag.upgrade.bit }
        var saysTE = false
        if head.table.has(.te), !traits.isUpgrade, TransferOptions.areTrailers(head.table, bytes) {
            // RFC 9110 section 10.1.4: TE speaks for one connection only and has to be named by Connection. This proxy
            // passes trailers on, so it may say so too.
            kept |= FieldTag.te.bit
            saysTE = true
        }
        copy(head.table, bytes, kept, plan.changes, &sink)
        if traits.isUpgrade {
            sink.put("Connection: Upgrade\r\n")
        } else if saysTE {
            sink.put("Connection: TE\r\n")
        }
        switch traits.framing {
        case .length(let length):
            sink.put("Content-Length: ")
            sink.putDecimal(length)
            sink.put("\r\n")
        case .chunked: sink.put("Transfer-Encoding: chunked\r\n")
        case .none, .untilClose: break
        }
        forwarding(head, bytes, plan, &sink)
        if let changes = plan.changes { sink.put(changes.lines) }
        sink.put(plan.extra)
        sink.put("\r\n")
    }

    /// Who the client is and what it asked for. What the rules change themselves isn't written.
    @inline(__always) private static func forwarding(
        _ head: borrowing RequestHead, _ bytes: UnsafeRawBufferPointer, _ plan: RequestPlan, _ sink: inout HeadSink
    ) {
        var dropped = plan.changes?.droppedTags ?? 0
        if plan.trustsClient { dropped |= head.table.seen & told }
        if dropped & FieldTag.forwardedFor.bit == 0 {
            sink.put("X-Forwarded-For: ")
            if head.table.has(.forwardedFor) {
                for field in head.table.fields
                where field.tag == FieldTag.forwardedFor.rawValue && field.valueCount > 0 {
                    sink.put(bytes, field.valueRange)
                    sink.put(", ")
                }
            }
            sink.put(plan.connectionIP)
            sink.put("\r\n")
        }
        if dropped & FieldTag.realIP.bit == 0 {
            sink.put("X-Real-IP: ")
            sink.put(plan.sourceIP)
            sink.put("\r\n")
        }
        if dropped & FieldTag.forwardedProto.bit == 0 {
            sink.put(plan.isSecure ? "X-Forwarded-Proto: https\r\n" : "X-Forwarded-Proto: http\r\n")
        }
        if dropped & FieldTag.forwardedHost.bit == 0 {
            sink.put("X-Forwarded-Host: ")
            sink.put(original(head, bytes, plan))
            sink.put("\r\n")
        }
    }
}

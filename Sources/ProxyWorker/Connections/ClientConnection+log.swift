internal import NIOCore
internal import RoutingEngine
internal import RoutingModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What is told of requests: a line of the access log, and fields for who may see how a request was routed.
extension ClientConnection {
    /// Writes the line of a request that had an exchange.
    func log(_ exchange: Exchange) {
        var record = AccessLogRecord()
        record.status = exchange.status
        record.bytesIn = exchange.bytesReceived
        record.bytesOut = exchange.bytesSent
        let now = NIODeadline.now()
        record.nanoseconds = UInt64(max(0, (now - exchange.startedAt).nanoseconds))
        if exchange.headAt != .distantFuture {
            record.headNanoseconds = UInt64(max(0, (exchange.headAt - exchange.startedAt).nanoseconds))
        }
        record.route = exchange.plan.route.name
        record.group = exchange.group.name
        record.peer = exchange.peer?.id.description
        if exchange.group !== exchange.firstGroup { record.firstGroup = exchange.firstGroup.name }
        record.bucket = exchange.bucket
        record.attempts = exchange.peer == nil ? 0 : exchange.attempts
        record.reason = exchange.reason
        if !exchange.request.isHTTP11 { record.version = .http10 }
        write(&record, at: now)
    }

    /// Writes the line of a request that the proxy answered without an exchange.
    /// - Parameter decision: nil for one that wasn't even routed.
    func log(refused problem: ProxyProblem, _ decision: Decision?, isHTTP11: Bool) {
        var record = AccessLogRecord()
        record.status = problem.code.status
        record.reason = problem.code.rawValue
        if let decision {
            record.route = decision.route?.name
            record.group = decision.group?.name
            record.bucket = decision.bucket
        }
        let now = NIODeadline.now()
        record.nanoseconds = UInt64(max(0, (now - proxy.now).nanoseconds))
        if !isHTTP11 { record.version = .http10 }
        write(&record, at: now)
    }

    private func write(_ record: inout AccessLogRecord, at now: NIODeadline) {
        if front.isHTTP2 { record.version = .http2 }
        let proxy = proxy
        var copy = record
        sourceIP.withUnsafeBytes { source in
            head.withUnsafeReadableBytes { bytes in
                copy.client = source
                // Of a head that was refused there is nothing to be told.
                if case .complete = proxy.requestHead.scan(bytes, limits: proxy.headLimits) {
                    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
                        UnsafeRawBufferPointer(rebasing: bytes[range])
                    }
                    copy.method = part(proxy.requestHead.method)
                    copy.host = part(proxy.requestHead.authority)
                    copy.target = part(proxy.requestHead.target)
                    for field in proxy.requestHead.table.fields {
                        switch LoggedField(part(field.nameRange)) {
                        case .requestID: copy.requestID = part(field.valueRange)
                        case .userAgent: copy.userAgent = part(field.valueRange)
                        case .referer: copy.referer = part(field.valueRange)
                        case nil: break
                        }
                    }
                }
                proxy.accessLog?.record(copy, at: now.uptimeNanoseconds)
            }
        }
    }

    /// What a client that has shown a token is told.
    func debugLines(_ exchange: Exchange) -> ByteBuffer {
        var lines = ByteBuffer()
        DebugFields(
            route: exchange.plan.route.name, group: exchange.group.name,
            firstGroup: exchange.group !== exchange.firstGroup ? exchange.firstGroup.name : nil,
            peer: exchange.peer?.id.description,
            bucket: exchange.bucket, attempts: exchange.peer == nil ? 0 : exchange.attempts, index: proxy.table.index
        ).write(into: &lines)
        return lines
    }

    /// The same, of a request that came to no peer.
    func debugLines(_ decision: Decision?) -> ByteBuffer {
        var lines = ByteBuffer()
        DebugFields(
            route: decision?.route?.name, group: decision?.group?.name, bucket: decision?.bucket ?? -1,
            index: proxy.table.index
        ).write(into: &lines)
        return lines
    }

    /// Whether the request being served, which the loop's scanner has, carries a good token for debug fields.
    func hasDebugToken(_ check: DebugTokenCheck) -> Bool {
        let proxy = proxy
        return head.withUnsafeReadableBytes { bytes in
            for field in proxy.requestHead.table.fields {
                let name = UnsafeRawBufferPointer(rebasing: bytes[field.nameRange])
                guard name.count == DebugTokenCheck.header.utf8.count, name.isField(DebugTokenCheck.header) else {
                    continue
                }
                return check.accepts(
                    UnsafeRawBufferPointer(rebasing: bytes[field.valueRange]), at: time(nil))
            }
            return false
        }
    }
}

/// The fields that access logs show.
private enum LoggedField {
    case requestID, userAgent, referer

    init?(_ name: UnsafeRawBufferPointer) {
        switch name.count {
        case 12 where name.isField("x-request-id"): self = .requestID
        case 10 where name.isField("user-agent"): self = .userAgent
        case 7 where name.isField("referer"): self = .referer
        default: return nil
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these bytes are the field name `lowercased`, in any case.
    fileprivate func isField(_ lowercased: String) -> Bool {
        count == lowercased.utf8.count
            && zip(self, lowercased.utf8).allSatisfy { byte, expected in
                byte == expected || (byte ^ expected == 0x20 && (0x61...0x7A).contains(expected))
            }
    }
}

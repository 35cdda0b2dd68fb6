/// One request, as the access log tells of it. Bytes lie elsewhere and are valid during the call that logs them.
struct AccessLogRecord {
    enum Version: UInt8 {
        case http10, http11, http2
    }

    typealias Bytes = UnsafeRawBufferPointer

    /// The client's address in its canonical text.
    var client = Bytes(start: nil, count: 0)
    var method = Bytes(start: nil, count: 0)
    /// As the client wrote it, with the port; empty when it named none.
    var host = Bytes(start: nil, count: 0)
    /// The request target, with the query.
    var target = Bytes(start: nil, count: 0)
    var version = Version.http11
    /// Field values; empty when there is no such field.
    var requestID = Bytes(start: nil, count: 0)
    var userAgent = Bytes(start: nil, count: 0)
    var referer = Bytes(start: nil, count: 0)

    /// What the client got; 0 for nothing, because it went away.
    var status = 0
    /// Of the bodies, as they were on the wire.
    var bytesIn = 0
    var bytesOut = 0
    /// From the first byte of the request to the last of the response.
    var nanoseconds: UInt64 = 0
    /// To the head of the response; nil when there was none.
    var headNanoseconds: UInt64?

    var route: String?
    /// The one that the request was with last.
    var group: String?
    /// The one that was chosen for it, when a retry has left it.
    var firstGroup: String?
    /// The last one that was tried.
    var peer: String?
    /// Negative: forced, or there was no route.
    var bucket = -1
    /// Tries, 0 when no peer was asked.
    var attempts = 0
    /// Why the proxy answered itself, or why the response broke off.
    var reason: String?

    /// The bytes of all texts together.
    var fieldBytes: Int {
        let sent =
            client.count + method.count + host.count + target.count + requestID.count + userAgent.count + referer.count
        let groups = (group?.utf8.count ?? 0) + (firstGroup?.utf8.count ?? 0)
        let chosen = (route?.utf8.count ?? 0) + groups + (peer?.utf8.count ?? 0)
        return sent + chosen + (reason?.utf8.count ?? 0)
    }
}

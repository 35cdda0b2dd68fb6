internal import RoutingEngine

/// A peer's response's head, read once from the bytes in which it came. As `RequestHead`: one per event loop, nothing
/// allocated per response, valid until the next scan.
struct ResponseHead: ~Copyable {
    private(set) var status = 0
    /// False for HTTP/1.0.
    private(set) var isHTTP11 = true
    /// As sent, and maybe empty.
    private(set) var reason = 0..<0
    /// How the body ends on the peer's connection (RFC 9112 section 6.3).
    private(set) var framing = BodyFraming.none
    /// Whether the peer lets its connection be used again after this response.
    private(set) var isKeepAlive = true
    /// Seconds for which the peer says that it keeps an idle connection (`Keep-Alive: timeout`); -1 when it doesn't.
    private(set) var keepAliveTimeout = -1
    /// Whether nothing in it is for one connection only: the head may be passed on as it is, if nothing is to be added
    /// and the client understands its framing.
    private(set) var isClean = false
    private(set) var table = FieldTable()
    /// Its empty line included.
    private(set) var byteCount = 0

    /// 1xx: another head follows, but for 101.
    var isInformational: Bool { status < 200 }
    var isSwitch: Bool { status == 101 }

    /// Reads a head, as `scan(_:limits:forHead:)` does, but not at every call.
    /// - Parameter progress: the connection's.
    mutating func scan(
        _ bytes: UnsafeRawBufferPointer, limits: HeadLimits, forHead: Bool, progress: inout HeadProgress
    ) -> ScanOutcome {
        guard progress.isWorthScanning(bytes) else {
            return bytes.count > limits.head ? .refused(.tooLarge) : .incomplete
        }
        let outcome = scan(bytes, limits: limits, forHead: forHead)
        progress.note(outcome, bytes.count)
        return outcome
    }

    /// Reads a head, or says why it can't be passed on.
    /// - Parameters:
    ///   - bytes: from the head's beginning on; what is behind the head isn't looked at.
    ///   - forHead: whether the request's method was HEAD.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, limits: HeadLimits, forHead: Bool) -> ScanOutcome {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return .incomplete }
        let base = start.assumingMemoryBound(to: UInt8.self)
        let end = min(bytes.count, limits.head)
        let outcome: ScanOutcome
        switch scanLine(base, end, limits) {
        case .incomplete: outcome = .incomplete
        case .refused(let fault): return .refused(fault)
        case .complete(let line):
            switch table.scan(base, from: line, to: end, limits: limits) {
            case .incomplete: outcome = .incomplete
            case .refused(let fault): return .refused(fault)
            case .complete(let next):
                if let fault = scanMeaning(base, forHead) { return .refused(fault) }
                byteCount = next
                return .complete(headBytes: next)
            }
        }
        return bytes.count > limits.head ? .refused(.tooLarge) : outcome
    }

    /// Reads `HTTP/1.x SP 3DIGIT SP [reason] CRLF` (RFC 9112 section 4). The second blank may be missing when there is
    /// no reason: many servers send it so.
    private mutating func scanLine(
        _ bytes: UnsafePointer<UInt8>, _ end: Int, _ limits: HeadLimits
    ) -> FieldTable.Outcome {
        let form: StaticString = "HTTP/1.x ddd"
        for place in 0..<min(end, 12) {
            let byte = bytes[place]
            switch place {
            case 5, 7, 9, 10, 11:
                guard ByteClass.isDigit(byte) else { return .refused(place < 8 ? .version : .statusLine) }
            default:
                guard byte == form.utf8Start[place] else { return .refused(place < 8 ? .version : .statusLine) }
            }
        }
        guard end > 12 else { return .incomplete }
        guard bytes[5] == UInt8(ascii: "1"), bytes[7] &- ByteClass.zero < 2 else { return .refused(.unknownVersion) }
        isHTTP11 = bytes[7] == UInt8(ascii: "1")
        let digits = (
            Int(bytes[9] &- ByteClass.zero), Int(bytes[10] &- ByteClass.zero), Int(bytes[11] &- ByteClass.zero)
        )
        status = digits.0 &* 100 &+ digits.1 &* 10 &+ digits.2
        // RFC 9110 section 15.2: HTTP/1.0 has no informational responses.
        guard status >= (isHTTP11 ? 100 : 200) else { return .refused(.statusLine) }
        var place = 12
        isClean = isHTTP11
        if bytes[12] == ByteClass.space { place = 13 } else { isClean = false }
        let start = place
        while true {
            place = ByteClass.firstControl(bytes, from: place, to: end)
            guard place < end else { return place &- start > limits.field ? .refused(.tooLarge) : .incomplete }
            switch bytes[place] {
            case ByteClass.tab: place &+= 1
            case ByteClass.carriageReturn:
                guard start == 13 || place == 12 else { return .refused(.statusLine) }
                guard place &- start <= limits.field else { return .refused(.tooLarge) }
                guard place &+ 1 < end else { return .incomplete }
                guard bytes[place &+ 1] == ByteClass.lineFeed else { return .refused(.bareCarriageReturn) }
                reason = start..<place
                return .complete(place &+ 2)
            case ByteClass.lineFeed: return .refused(.bareLineFeed)
            default: return .refused(.controlByte)
            }
        }
    }

    private static let unclean =
        FieldTag.connection.bit | FieldTag.hopByHop.bit | FieldTag.te.bit | FieldTag.upgrade.bit
        | FieldTag.keepAlive.bit

    private mutating func scanMeaning(_ bytes: UnsafePointer<UInt8>, _ forHead: Bool) -> HeadFault? {
        var length = -1
        var isChunked = false
        keepAliveTimeout = -1
        for place in 0..<table.count where table[place].tag != FieldTag.endToEnd.rawValue {
            let field = table[place]
            let value = bytes + Int(field.valueStart)
            let count = Int(field.valueCount)
            switch FieldTag(rawValue: field.tag) {
            case .contentLength:
                guard length < 0, !ByteClass.hasTab(behind: value + count),
                    let number = ContentLength.read(value, count)
                else { return .contentLength }
                length = number
            case .transferEncoding:
                guard !isChunked, !ByteClass.hasTab(behind: value + count),
                    ByteClass.isToken(value, count, "chunked")
                else {
                    return table.has(.contentLength) ? .twoLengths : .unknownCoding
                }
                isChunked = true
            case .keepAlive:
                keepAliveTimeout = Self.timeout(value, count)
            default:
                break
            }
        }
        if isChunked, length >= 0 { return .twoLengths }
        if isChunked, !isHTTP11 { return .codingInHTTP10 }
        guard let options = table.connectionOptions(bytes) else { return .connectionOptions }
        let endsAtHead = forHead || status < 200 || status == 204 || status == 304
        framing = endsAtHead ? .none : isChunked ? .chunked : length >= 0 ? .length(length) : .untilClose
        isKeepAlive = framing != .untilClose && !options.close && (isHTTP11 || options.keepAlive)
        if table.seen & Self.unclean != 0 || framing == .untilClose { isClean = false }
        // RFC 9110 section 8.6 and RFC 9112 section 6.1: neither with these.
        if status == 204 || status < 200, isChunked || length >= 0 { isClean = false }
        return nil
    }

    /// The number of `timeout=5, max=100`; -1 for none.
    static func timeout(_ value: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var found = -1
        ConnectionOptions.each(value, count) { part, length in
            guard found < 0, length > 8, ByteClass.isToken(part, 8, "timeout=") else { return }
            if let number = ContentLength.read(part + 8, length - 8), number <= Int(UInt16.max) { found = number }
        }
        return found
    }
}

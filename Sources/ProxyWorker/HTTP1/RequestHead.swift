internal import RoutingEngine

/// A request's head, read once from the bytes in which it came: what routing, forwarding and the exchange need to know
/// of it are places in those bytes.
///
/// One per event loop, used again for every request; nothing is allocated per request. Its places mean something only
/// after `scan` was complete, with the same bytes, and until the next scan: who needs the head longer keeps the bytes
/// and scans them again.
struct RequestHead: ~Copyable {
    /// The longest method that is passed on.
    static let longestMethod = 64

    /// As sent: case counts.
    private(set) var method = 0..<0
    /// Path and query as sent; of a target in absolute form what is behind the authority, and maybe empty.
    var target = 0..<0
    /// Host as sent, or the authority of a target in absolute form, which counts more (RFC 9112 section 3.2.2). Empty
    /// only for HTTP/1.0 without Host.
    var authority = 0..<0
    /// Without the question mark.
    var query = 0..<0
    /// A query is passed on as it is; even an empty one.
    var hasQuery = false
    /// `OPTIONS *`, routed as `/`.
    var isAsterisk = false
    var traits = RequestTraits()
    var table = FieldTable()
    /// Of the last complete head, its empty line included.
    private(set) var byteCount = 0

    /// In the head, unless `pathIsOwn`.
    var path = 0..<0
    /// The path, with its dot segments removed, is in `scratch`.
    var pathIsOwn = false
    /// In the head, unless `hostIsOwn`.
    var host = 0..<0
    /// The host, in its normal form, is in `hostScratch`.
    var hostIsOwn = false

    var scratch: UnsafeMutableRawBufferPointer
    let hostScratch: UnsafeMutableRawBufferPointer
    /// The last IPv6 literal and its canonical text.
    var literal = IPLiteral()

    init() {
        scratch = .allocate(byteCount: 4096, alignment: 8)
        hostScratch = .allocate(byteCount: Authority.longestHost + 1, alignment: 8)
    }

    deinit {
        scratch.deallocate()
        hostScratch.deallocate()
    }

    /// Reads a head.
    /// - Parameters:
    ///   - bytes: all that came, from the head's beginning on.
    ///   - progress: the connection's.
    mutating func scan(
        _ bytes: UnsafeRawBufferPointer, limits: HeadLimits, progress: inout HeadProgress
    ) -> ScanOutcome {
        guard progress.isWorthScanning(bytes) else {
            return bytes.count > limits.head ? .refused(.tooLarge) : .incomplete
        }
        let outcome = scan(bytes, limits: limits)
        progress.note(outcome, bytes.count)
        return outcome
    }

    /// Reads a head, or says why it is refused (RFC 9112 sections 2 to 6).
    /// - Parameter bytes: from the head's beginning on; what is behind the head isn't looked at.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, limits: HeadLimits) -> ScanOutcome {
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
                if let fault = scanMeaning(base, limits) { return .refused(fault) }
                byteCount = next
                return .complete(headBytes: next)
            }
        }
        return bytes.count > limits.head ? .refused(.tooLarge) : outcome
    }

    /// What the engine decides by: valid as long as the bytes are, and until the next scan.
    /// - Parameters:
    ///   - bytes: those that were scanned, wherever they are now.
    ///   - sourceIP: the client's address in its canonical text.
    @inline(__always) func view(
        over bytes: UnsafeRawBufferPointer, sourceIP: UnsafeRawBufferPointer
    ) -> RequestView {
        RequestView(
            method: UnsafeRawBufferPointer(rebasing: bytes[method]),
            host: hostBytes(over: bytes),
            path: pathBytes(over: bytes),
            query: UnsafeRawBufferPointer(rebasing: bytes[query]),
            sourceIP: sourceIP,
            head: bytes,
            fields: table.fields)
    }

    /// In lower case, without port and final dot.
    @inline(__always) func hostBytes(over bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: hostIsOwn ? UnsafeRawBufferPointer(hostScratch)[host] : bytes[host])
    }

    /// Without the query and without dot segments; `/` for `*`.
    @inline(__always) func pathBytes(over bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: pathIsOwn ? UnsafeRawBufferPointer(scratch)[path] : bytes[path])
    }

    mutating func setMethod(_ count: Int) { method = 0..<count }

    /// Room for `count` bytes of a path.
    mutating func reserveScratch(_ count: Int) {
        guard scratch.count < count else { return }
        scratch.deallocate()
        scratch = .allocate(byteCount: max(count, scratch.count * 2), alignment: 8)
    }
}

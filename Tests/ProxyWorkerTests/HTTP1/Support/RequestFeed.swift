import NIOCore
import RoutingEngine

@testable import ProxyWorker

/// Reads a connection's requests from bytes that come in pieces, as a connection does, and keeps what it read.
struct RequestFeed: ~Copyable {
    private enum State {
        case head, length(Int), chunked, ended
    }

    static let sourceIP = [UInt8](latin: "192.0.2.1")
    static let peer = [UInt8](latin: "10.0.0.9:80")

    private(set) var requests: [ReadRequest] = []
    var limits = HeadLimits()
    /// How often a head was scanned or not.
    private(set) var scans = 0
    private var head = RequestHead()
    private var progress = HeadProgress()
    private var chunks = ChunkedReader()
    private var state = State.head
    private var pending: [UInt8] = []
    private var current = ReadRequest.Forwarded()

    init() {}

    /// - Parameter ends: where the pieces end.
    static func read(_ bytes: [UInt8], limits: HeadLimits = HeadLimits(), ends: [Int] = []) -> [ReadRequest] {
        var feed = RequestFeed()
        feed.limits = limits
        var start = 0
        for end in ends + [bytes.count] where end > start {
            feed.take(bytes[start..<end])
            start = end
        }
        return feed.finish()
    }

    mutating func take(_ bytes: ArraySlice<UInt8>) {
        pending += bytes
        while step() {}
    }

    mutating func finish() -> [ReadRequest] {
        switch state {
        case .ended: break
        case .head where pending.isEmpty: break
        default: requests.append(.incomplete)
        }
        return requests
    }

    /// - Returns: whether there may be more to read.
    private mutating func step() -> Bool {
        switch state {
        case .ended: return false
        case .head: return readHead()
        case .length(let length):
            let count = min(length, pending.count)
            current.body += pending[..<count]
            pending.removeFirst(count)
            state = .length(length - count)
            if length == count { complete() }
            return length == count
        case .chunked: return readChunks()
        }
    }

    private mutating func complete() {
        requests.append(.forwarded(current))
        // Nothing is read behind the last request.
        state = current.traits.isKeepAlive && !current.traits.isUpgrade ? .head : .ended
    }

    private mutating func refuse(_ fault: HeadFault) {
        requests.append(.refused(fault))
        state = .ended
    }

    private mutating func readHead() -> Bool {
        pending.removeFirst(pending.withUnsafeBytes { progress.leadingBlanks($0) })
        scans += 1
        let outcome = pending.withUnsafeBytes { head.scan($0, limits: limits, progress: &progress) }
        switch outcome {
        case .incomplete: return false
        case .refused(let fault):
            refuse(fault)
            return false
        case .complete(let count):
            keepHead()
            pending.removeFirst(count)
            switch head.traits.framing {
            case .chunked:
                chunks = ChunkedReader()
                state = .chunked
            case .length(let length) where length > 0: state = .length(length)
            default: complete()
            }
            return true
        }
    }

    private mutating func keepHead() {
        current = ReadRequest.Forwarded()
        current.traits = head.traits
        var buffer = ByteBuffer()
        pending.withUnsafeBytes { bytes in
            Self.sourceIP.withUnsafeBytes { source in
                Self.peer.withUnsafeBytes { peer in
                    let view = head.view(over: bytes, sourceIP: source)
                    current.method = view.method.latin
                    current.target = Self.target(bytes[current.method.utf8.count...])
                    current.host = view.host.latin
                    current.path = view.path.latin
                    current.query = view.query.latin
                    current.fields = view.fields.map { field in
                        let name = UnsafeRawBufferPointer(rebasing: bytes[field.nameRange]).latin
                        return "\(name): \(UnsafeRawBufferPointer(rebasing: bytes[field.valueRange]).latin)"
                    }
                    let plan = RequestPlan(sourceIP: source, peerAuthority: peer)
                    HeadWriter.request(head, over: bytes, plan: plan, into: &buffer)
                }
            }
        }
        current.head = Array(buffer.readableBytesView).latin
    }

    /// The request line's second word.
    private static func target(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        UnsafeRawBufferPointer(rebasing: bytes.dropFirst().prefix { $0 != UInt8(ascii: " ") }).latin
    }

    private mutating func readChunks() -> Bool {
        var offset = 0
        while true {
            let event = pending.withUnsafeBytes { chunks.next($0, from: &offset) }
            switch event {
            case .needMore:
                pending.removeFirst(offset)
                return false
            case .data(let range): current.body += pending[range]
            case .end(let range):
                var buffer = ByteBuffer()
                pending.withUnsafeBytes { HeadWriter.end($0, trailers: range, into: &buffer) }
                current.trailers = Array(buffer.readableBytesView.dropFirst(3).dropLast(2)).latin
                pending.removeFirst(offset)
                complete()
                return true
            case .refused(let fault):
                refuse(fault)
                return false
            }
        }
    }
}

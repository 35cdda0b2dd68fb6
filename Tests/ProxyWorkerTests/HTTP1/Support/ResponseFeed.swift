import NIOCore
import RoutingEngine

@testable import ProxyWorker

/// Reads the response to one request, informational ones before it included, from bytes that come in pieces.
struct ResponseFeed: ~Copyable {
    private enum State {
        case head, length(Int), chunked, untilClose, ended
    }

    private(set) var responses: [ReadResponse] = []
    private let request: RequestTraits
    private var head = ResponseHead()
    private var progress = HeadProgress()
    private var chunks = ChunkedReader()
    private var state = State.head
    private var pending: [UInt8] = []
    private var current = ReadResponse.Forwarded()

    private init(_ request: RequestTraits) { self.request = request }

    /// - Parameters:
    ///   - ends: where the pieces end.
    ///   - isClosed: whether the peer closes its connection behind the bytes.
    static func read(
        _ bytes: [UInt8], to request: RequestTraits = RequestTraits(), ends: [Int] = [], isClosed: Bool = true
    ) -> [ReadResponse] {
        var feed = ResponseFeed(request)
        var start = 0
        for end in ends + [bytes.count] where end > start {
            feed.pending += bytes[start..<end]
            while feed.step() {}
            start = end
        }
        switch feed.state {
        case .ended: break
        case .untilClose where isClosed: feed.responses.append(.forwarded(feed.current))
        default: feed.responses.append(.incomplete)
        }
        return feed.responses
    }

    private mutating func step() -> Bool {
        switch state {
        case .ended: return false
        case .head: return readHead()
        case .untilClose:
            current.body += pending
            pending = []
            return false
        case .length(let length):
            let count = min(length, pending.count)
            current.body += pending[..<count]
            pending.removeFirst(count)
            state = .length(length - count)
            if length == count { complete() }
            return false
        case .chunked: return readChunks()
        }
    }

    private mutating func complete() {
        responses.append(.forwarded(current))
        state = current.status < 200 && current.status != 101 ? .head : .ended
    }

    private mutating func refuse(_ fault: HeadFault) {
        responses.append(.refused(fault))
        state = .ended
    }

    private mutating func readHead() -> Bool {
        let outcome = pending.withUnsafeBytes {
            head.scan($0, limits: .response, forHead: request.isHead, progress: &progress)
        }
        switch outcome {
        case .incomplete: return false
        case .refused(let fault):
            refuse(fault)
            return false
        case .complete(let count):
            keepHead()
            pending.removeFirst(count)
            switch head.framing {
            case .chunked: state = .chunked
            case .length(let length) where length > 0: state = .length(length)
            case .untilClose: state = .untilClose
            default: complete()
            }
            return true
        }
    }

    private mutating func keepHead() {
        current = ReadResponse.Forwarded()
        current.status = head.status
        current.framing = head.framing
        current.keepsPeer = head.isKeepAlive
        current.keepAliveTimeout = head.keepAliveTimeout
        let plan = ResponsePlan(head, to: request, closing: false)
        current.isUntouched = plan.isUntouched(head)
        var buffer = ByteBuffer()
        pending.withUnsafeBytes { bytes in
            HeadWriter.response(head, over: bytes, plan: plan, into: &buffer)
            current.fields = head.table.fields.map { field in
                let name = UnsafeRawBufferPointer(rebasing: bytes[field.nameRange]).latin
                return "\(name): \(UnsafeRawBufferPointer(rebasing: bytes[field.valueRange]).latin)"
            }
        }
        current.head = Array(buffer.readableBytesView).latin
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
                current.trailers = Array(pending[range]).latin
                complete()
                return false
            case .refused(let fault):
                refuse(fault)
                return false
            }
        }
    }
}

internal import NIOCore
internal import NIOHPACK

/// Reads the bytes of HTTP/1.1 that answer one request, as they come, into what HTTP/2 sends (RFC 9113 section 8).
///
/// They are this worker's own bytes: what can't be read is an error of its own, and takes the response with it.
struct ResponseBytes {
    enum Event {
        case needMore
        /// An interim response.
        case informational(HPACKHeaders)
        case head(HPACKHeaders, isEnd: Bool)
        case data(ByteBuffer)
        /// The end of a response with a body.
        case end(trailers: HPACKHeaders?)
        case malformed
    }

    private enum State {
        case head
        case length(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailers
        case untilClose
        case done
        case failed
    }

    /// Bytes of a head, of a chunk's first line, of trailers.
    private static let limit = 512 * 1024

    private var state = State.head
    private var input = ByteBuffer()
    /// Whether the request's method was `HEAD`.
    private let isHead: Bool

    init(isHead: Bool) { self.isHead = isHead }

    /// Whether the response is complete.
    var isDone: Bool { if case .done = state { true } else { false } }

    /// Whether the end of the bytes is the end of the response.
    var endsWithBytes: Bool { if case .untilClose = state { true } else { false } }

    mutating func append(_ bytes: ByteBuffer) {
        if input.readableBytes == 0 {
            input = bytes
        } else {
            var bytes = bytes
            input.writeBuffer(&bytes)
        }
    }

    /// What comes next; to be asked until it needs more.
    mutating func next() -> Event {
        while true {
            switch state {
            case .head: return head()
            case .length(0):
                state = .done
                return .end(trailers: nil)
            case .length(let left):
                guard let data = data(left) else { return .needMore }
                state = .length(left - data.readableBytes)
                return .data(data)
            case .chunkSize:
                guard let line = line() else { return incomplete() }
                guard let size = Self.size(line) else { return fail() }
                state = size == 0 ? .trailers : .chunk(size)
            case .chunk(0): state = .chunkEnd
            case .chunk(let left):
                guard let data = data(left) else { return .needMore }
                state = .chunk(left - data.readableBytes)
                return .data(data)
            case .chunkEnd:
                guard let line = line() else { return incomplete() }
                guard line.isEmpty else { return fail() }
                state = .chunkSize
            case .trailers: return trailers()
            case .untilClose: return data(.max).map { .data($0) } ?? .needMore
            case .done: return input.readableBytes == 0 ? .needMore : fail()
            case .failed: return .needMore
            }
        }
    }

    private mutating func head() -> Event {
        guard let block = block() else { return incomplete() }
        guard let head = ResponseFields(head: block) else { return fail() }
        if head.status < 200 {
            // No request that could be upgraded was sent.
            return head.status == 101 ? fail() : .informational(head.fields)
        }
        if isHead || head.status == 204 || head.status == 304 || head.framing == .length(0) {
            state = .done
            return .head(head.fields, isEnd: true)
        }
        switch head.framing {
        case .length(let length): state = .length(length)
        case .chunked: state = .chunkSize
        case .none, .untilClose: state = .untilClose
        }
        return .head(head.fields, isEnd: false)
    }

    private mutating func trailers() -> Event {
        if input.readableBytes >= 2, input.readableBytesView.starts(with: "\r\n".utf8) {
            input.moveReaderIndex(forwardBy: 2)
            state = .done
            return .end(trailers: nil)
        }
        guard let block = block() else { return incomplete() }
        guard let fields = ResponseFields(trailers: block) else { return fail() }
        state = .done
        return .end(trailers: fields.fields.isEmpty ? nil : fields.fields)
    }

    private mutating func data(_ limit: Int) -> ByteBuffer? {
        input.readableBytes == 0 ? nil : input.readSlice(length: min(limit, input.readableBytes))
    }

    /// What stands before an empty line, with the end of its last line.
    private mutating func block() -> ByteBuffer? {
        let length = input.withUnsafeReadableBytes { bytes -> Int? in
            guard bytes.count >= 4 else { return nil }
            var index = 3
            while index < bytes.count {
                switch bytes[index] {
                case 0x0A:
                    if bytes[index - 1] == 0x0D, bytes[index - 2] == 0x0A, bytes[index - 3] == 0x0D { return index + 1 }
                    index += 2
                case 0x0D: index += 1
                default: index += 4
                }
            }
            return nil
        }
        guard let length, var block = input.readSlice(length: length) else { return nil }
        block.moveWriterIndex(to: block.writerIndex - 2)
        return block
    }

    /// A line without its end.
    private mutating func line() -> ByteBuffer? {
        guard let end = input.readableBytesView.firstIndex(of: 0x0A), end > input.readerIndex,
            var line = input.readSlice(length: end + 1 - input.readerIndex)
        else { return nil }
        line.moveWriterIndex(to: line.writerIndex - 2)
        return line
    }

    private mutating func incomplete() -> Event { input.readableBytes > Self.limit ? fail() : .needMore }

    private mutating func fail() -> Event {
        state = .failed
        return .malformed
    }

    /// A chunk's size; extensions are left out (RFC 9112 section 7.1.1).
    private static func size(_ line: ByteBuffer) -> Int? {
        let digits = line.readableBytesView.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 }
        guard (1...15).contains(digits.count) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}

extension ByteBuffer {
    fileprivate var isEmpty: Bool { readableBytes == 0 }
}

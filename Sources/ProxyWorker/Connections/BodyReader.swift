internal import NIOCore

/// Follows a message's body to its end, and gives it out in the framing of the other side.
struct BodyReader {
    enum Outcome: Hashable {
        /// There is more to come.
        case more
        case ended
        /// It isn't what its framing says.
        case invalid
    }

    private enum State {
        case ended
        case length(Int)
        case chunked(ChunkedReader)
        case untilClose
    }

    private var state: State
    /// Whether it is given out in chunks.
    private let isChunkedOut: Bool

    /// - Parameter isChunkedOut: whether the body is given out in chunks; else its bytes alone are.
    init(_ framing: BodyFraming, isChunkedOut: Bool) {
        self.isChunkedOut = isChunkedOut
        switch framing {
        case .none: state = .ended
        case .length(let count): state = count == 0 ? .ended : .length(count)
        case .chunked: state = .chunked(ChunkedReader())
        case .untilClose: state = .untilClose
        }
    }

    var hasEnded: Bool { if case .ended = state { return true } else { return false } }

    var endsWithConnection: Bool { if case .untilClose = state { return true } else { return false } }

    /// Bytes that are still to come; nil when their number isn't known.
    var bytesLeft: Int? { if case .length(let left) = state { return left } else { return nil } }

    /// Takes what `buffer` has of the body.
    /// - Parameter emit: is given what has to be sent on.
    mutating func read(_ buffer: inout ByteBuffer, emit: (ByteBuffer) -> Void) -> Outcome {
        switch state {
        case .ended:
            return .ended
        case .length(let left):
            let count = min(left, buffer.readableBytes)
            if count > 0, let slice = buffer.readSlice(length: count) { emit(framed(slice)) }
            state = left == count ? .ended : .length(left - count)
            return left == count ? .ended : .more
        case .untilClose:
            if buffer.readableBytes > 0, let slice = buffer.readSlice(length: buffer.readableBytes) {
                emit(framed(slice))
            }
            return .more
        case .chunked(var reader):
            var out = ByteBufferAllocator().buffer(capacity: buffer.readableBytes + 32)
            let outcome = reader.read(&buffer, isChunkedOut: isChunkedOut, into: &out)
            state = outcome == .ended ? .ended : .chunked(reader)
            if out.readableBytes > 0 { emit(out) }
            return outcome
        }
    }

    /// The connection ended, and the body with it.
    /// - Parameter emit: is given what has to be sent on.
    mutating func close(emit: (ByteBuffer) -> Void) {
        guard endsWithConnection else { return }
        state = .ended
        if isChunkedOut { emit(ByteBuffer(staticString: "0\r\n\r\n")) }
    }

    private func framed(_ slice: ByteBuffer) -> ByteBuffer {
        guard isChunkedOut, endsWithConnection else { return slice }
        var out = ByteBufferAllocator().buffer(capacity: slice.readableBytes + 16)
        slice.withUnsafeReadableBytes { out.writeChunk($0) }
        return out
    }
}

extension ChunkedReader {
    /// Takes what `buffer` has of a body in chunks, and writes it in chunks of this side's, or without.
    mutating func read(_ buffer: inout ByteBuffer, isChunkedOut: Bool, into out: inout ByteBuffer) -> BodyReader.Outcome
    {
        var outcome = BodyReader.Outcome.more
        let consumed = buffer.withUnsafeReadableBytes { bytes -> Int in
            var offset = 0
            while true {
                switch next(bytes, from: &offset) {
                case .needMore:
                    return offset
                case .data(let range):
                    let data = UnsafeRawBufferPointer(rebasing: bytes[range])
                    if isChunkedOut { out.writeChunk(data) } else { out.writeBytes(data) }
                case .end(let trailers):
                    if isChunkedOut { HeadWriter.end(bytes, trailers: trailers, into: &out) }
                    outcome = .ended
                    return offset
                case .refused:
                    outcome = .invalid
                    return offset
                }
            }
        }
        buffer.moveReaderIndex(forwardBy: consumed)
        return outcome
    }
}

extension ByteBuffer {
    /// Writes `data`, which isn't empty, as one chunk (RFC 9112 section 7.1).
    fileprivate mutating func writeChunk(_ data: UnsafeRawBufferPointer) {
        HeadWriter.chunk(data.count, into: &self)
        writeBytes(data)
        writeStaticString("\r\n")
    }
}

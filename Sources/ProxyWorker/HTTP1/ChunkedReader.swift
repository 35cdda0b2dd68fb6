/// Reads a chunked body as it comes (RFC 9112 section 7.1), strictly: where a chunk ends must be beyond doubt. Trivial.
struct ChunkedReader: Hashable {
    /// Bytes of a chunk's extensions.
    static let longestExtension = 256

    enum Event: Hashable {
        /// All that could be read was read. What lies behind the offset is the beginning of a trailer section: it has
        /// to be there again, with more, at the next call.
        case needMore
        /// The body's next bytes.
        case data(Range<Int>)
        /// The body's end. The trailer section's field lines, without the empty line; empty when there are none.
        case end(trailers: Range<Int>)
        case refused(HeadFault)
    }

    private enum State: UInt8 {
        case firstDigit, digits, extensionName, extensionNext, extensionValue, quoted, quotedPair, afterQuoted
        case sizeLineFeed, data, dataCarriageReturn, dataLineFeed, trailers, ended
    }

    private var state = State.firstDigit
    private var digits: UInt8 = 0
    private var extensionBytes: UInt16 = 0
    private var remaining = 0
    private var progress = HeadProgress()

    init() {}

    /// Bytes that the chunk whose data is being read has left.
    var chunkRemaining: Int { remaining }
    var hasEnded: Bool { state == .ended }

    /// The next thing in the bytes. Call it until it needs more, ends, or refuses.
    /// - Parameters:
    ///   - bytes: what came and was not read yet.
    ///   - offset: from where to read; moved behind what was read.
    mutating func next(
        _ bytes: UnsafeRawBufferPointer, from offset: inout Int, limits: HeadLimits = .trailer
    ) -> Event {
        while offset < bytes.count {
            switch state {
            case .data:
                let count = min(remaining, bytes.count - offset)
                let range = offset..<offset + count
                remaining -= count
                offset += count
                if remaining == 0 { state = .dataCarriageReturn }
                return .data(range)
            case .trailers:
                return readTrailers(bytes, &offset, limits)
            case .ended:
                return .end(trailers: offset..<offset)
            default:
                if let fault = take(bytes[offset]) { return .refused(fault) }
                offset += 1
            }
        }
        return .needMore
    }

    /// One byte of what is around the data.
    private mutating func take(_ byte: UInt8) -> HeadFault? {
        switch state {
        case .firstDigit:
            guard let digit = ByteClass.hexValue(byte) else { return .chunkSize }
            remaining = Int(digit)
            digits = 1
            state = .digits
        case .digits:
            if let digit = ByteClass.hexValue(byte) {
                // Below 2^62, in at most 16 digits.
                guard digits < 16, remaining < 1 << 58 else { return .chunkSize }
                remaining = remaining << 4 | Int(digit)
                digits += 1
            } else if byte == ByteClass.carriageReturn {
                state = .sizeLineFeed
            } else if byte == ByteClass.semicolon {
                extensionBytes = 0
                state = .extensionName
            } else {
                return byte == ByteClass.lineFeed ? .bareLineFeed : .chunkSize
            }
        case .extensionName, .extensionNext, .extensionValue, .quoted, .quotedPair, .afterQuoted:
            return takeExtension(byte)
        case .sizeLineFeed:
            guard byte == ByteClass.lineFeed else { return .bareCarriageReturn }
            state = remaining == 0 ? .trailers : .data
        case .dataCarriageReturn:
            guard byte == ByteClass.carriageReturn else { return .chunkEnd }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == ByteClass.lineFeed else { return .chunkEnd }
            state = .firstDigit
        case .data, .trailers, .ended:
            break
        }
        return nil
    }

    /// `*( ";" token [ "=" ( token / quoted-string ) ] )`: read over and dropped (RFC 9112 section 7.1.1).
    private mutating func takeExtension(_ byte: UInt8) -> HeadFault? {
        extensionBytes += 1
        guard extensionBytes <= Self.longestExtension else { return .chunkExtension }
        let isLineFeed = byte == ByteClass.lineFeed
        switch state {
        case .extensionName where ByteClass.isToken(byte): state = .extensionNext
        case .extensionNext where ByteClass.isToken(byte): break
        case .extensionNext where byte == UInt8(ascii: "="):
            state = .extensionValue
            digits = 0
        case .extensionValue where byte == UInt8(ascii: "\"") && digits == 0: state = .quoted
        case .extensionValue where ByteClass.isToken(byte): digits = 1
        case .quoted where byte == UInt8(ascii: "\""): state = .afterQuoted
        case .quoted where byte == UInt8(ascii: "\\"): state = .quotedPair
        case .quoted where byte == ByteClass.tab || (byte >= 0x20 && byte != 0x7F): break
        case .quotedPair where byte == ByteClass.tab || (byte >= 0x20 && byte != 0x7F): state = .quoted
        case .extensionNext, .afterQuoted, .extensionValue:
            // A value has to have begun.
            if state == .extensionValue, digits == 0 { return isLineFeed ? .bareLineFeed : .chunkExtension }
            if byte == ByteClass.carriageReturn {
                state = .sizeLineFeed
            } else if byte == ByteClass.semicolon {
                state = .extensionName
            } else {
                return isLineFeed ? .bareLineFeed : .chunkExtension
            }
        default: return isLineFeed ? .bareLineFeed : .chunkExtension
        }
        return nil
    }

    /// Reads the trailer section once it is there as a whole.
    private mutating func readTrailers(
        _ bytes: UnsafeRawBufferPointer, _ offset: inout Int, _ limits: HeadLimits
    ) -> Event {
        let section = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        guard progress.isWorthScanning(section), let start = section.baseAddress else {
            return section.count > limits.head ? .refused(.tooLarge) : .needMore
        }
        let outcome = TrailerSection.scan(start.assumingMemoryBound(to: UInt8.self), section.count, limits)
        progress.note(outcome, section.count)
        switch outcome {
        case .incomplete: return .needMore
        case .refused(let fault): return .refused(fault)
        case .complete(let count):
            let trailers = offset..<offset + count - 2
            offset += count
            state = .ended
            return .end(trailers: trailers)
        }
    }
}

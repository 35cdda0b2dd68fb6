extension RequestHead {
    /// Reads the request line: `method SP target SP version CRLF` (RFC 9112 section 3).
    mutating func scanLine(_ bytes: UnsafePointer<UInt8>, _ end: Int, _ limits: HeadLimits) -> FieldTable.Outcome {
        var place = 0
        while ByteClass.isToken(bytes[place]) {
            place &+= 1
            if place > Self.longestMethod { return .refused(.method) }
            if place == end { return .incomplete }
        }
        guard bytes[place] == ByteClass.space, place > 0 else {
            // An empty line is for `HeadProgress.leadingBlanks`; half of one may become one.
            if place == 0, end == 1, bytes[0] == ByteClass.carriageReturn { return .incomplete }
            return .refused(place == 0 ? .method : .requestLine)
        }
        setMethod(place)
        readMethod(bytes, place)
        if place == 7, ByteClass.isSameBytes(bytes, place, "CONNECT") { return .refused(.connect) }
        let target = place &+ 1
        switch scanTarget(bytes, from: target, to: end) {
        case .refused(let fault): return .refused(fault)
        case .incomplete: return end - target > limits.field ? .refused(.tooLarge) : .incomplete
        case .complete(let next):
            guard next &- target <= limits.field else { return .refused(.tooLarge) }
            return scanVersion(bytes, from: next &+ 1, to: end)
        }
    }

    private mutating func readMethod(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        traits = RequestTraits()
        switch (count, bytes[0]) {
        case (3, UInt8(ascii: "G")): traits.isIdempotent = ByteClass.isSameBytes(bytes, count, "GET")
        case (3, UInt8(ascii: "P")): traits.isIdempotent = ByteClass.isSameBytes(bytes, count, "PUT")
        case (4, UInt8(ascii: "H")):
            traits.isHead = ByteClass.isSameBytes(bytes, count, "HEAD")
            traits.isIdempotent = traits.isHead
        case (5, UInt8(ascii: "T")): traits.isIdempotent = ByteClass.isSameBytes(bytes, count, "TRACE")
        case (6, UInt8(ascii: "D")): traits.isIdempotent = ByteClass.isSameBytes(bytes, count, "DELETE")
        case (7, UInt8(ascii: "O")): traits.isIdempotent = ByteClass.isSameBytes(bytes, count, "OPTIONS")
        default: break
        }
    }

    /// Reads `HTTP/1.1 CRLF`.
    /// - Parameter start: the version's beginning.
    private mutating func scanVersion(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> FieldTable.Outcome
    {
        let there = min(8, end &- start)
        let name: StaticString = "HTTP/"
        for place in 0..<max(0, there) {
            let byte = bytes[start &+ place]
            let isRight: Bool
            switch place {
            case 0..<5: isRight = byte == name.utf8Start[place]
            case 6: isRight = byte == ByteClass.dot
            default: isRight = ByteClass.isDigit(byte)
            }
            guard isRight else {
                // Two blanks in a row, or a blank in the target.
                return .refused(byte == ByteClass.space ? .requestLine : .version)
            }
        }
        guard there == 8 else { return .incomplete }
        let (major, minor) = (bytes[start &+ 5], bytes[start &+ 7])
        let next = start &+ 8
        guard next < end else { return .incomplete }
        guard bytes[next] == ByteClass.carriageReturn else {
            switch bytes[next] {
            case ByteClass.lineFeed: return .refused(.bareLineFeed)
            case ByteClass.space: return .refused(.requestLine)
            default: return .refused(.version)
            }
        }
        guard major == UInt8(ascii: "1"), minor &- ByteClass.zero < 2 else { return .refused(.unknownVersion) }
        traits.isHTTP11 = minor == UInt8(ascii: "1")
        guard next &+ 1 < end else { return .incomplete }
        guard bytes[next &+ 1] == ByteClass.lineFeed else { return .refused(.bareCarriageReturn) }
        return .complete(next &+ 2)
    }
}

/// The fields behind a chunked body (RFC 9112 section 7.1.2).
enum TrailerSection {
    /// Checks a section up to its empty line.
    /// - Parameter bytes: `count` of them, from the section's beginning.
    static func scan(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ limits: HeadLimits) -> ScanOutcome {
        var line = 0
        var number = 0
        let end = min(count, limits.head)
        while line < end {
            if bytes[line] == ByteClass.carriageReturn {
                guard line + 1 < end else { break }
                return bytes[line + 1] == ByteClass.lineFeed
                    ? .complete(headBytes: line + 2) : .refused(.bareCarriageReturn)
            }
            guard case .complete(let field) = FieldLine.scan(bytes, from: line, to: end, limit: limits.field) else {
                if case .refused(let fault) = FieldLine.scan(bytes, from: line, to: end, limit: limits.field) {
                    return .refused(fault)
                }
                break
            }
            number += 1
            guard number <= limits.count else { return .refused(.tooManyFields) }
            switch FieldTag(bytes + line, field.nameCount) {
            case .contentLength, .transferEncoding: return .refused(.trailer)
            default: break
            }
            line = field.next
        }
        return count > limits.head ? .refused(.tooLarge) : .incomplete
    }
}

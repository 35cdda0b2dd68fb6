/// How far a connection has looked at a head that isn't there as a whole yet: a head that comes byte by byte is scanned
/// a few times, not once per byte.
///
/// A connection keeps one, and gives it to each `scan` of the same head. It is as new after a scan that was complete
/// or refused.
struct HeadProgress: Hashable {
    /// Bytes in which the head's end has been searched for.
    private var searched = 0
    /// Bytes that there were at the last scan.
    private var scanned = 0
    /// Whether the first line is there as a whole.
    private var hasLine = false
    /// Bytes of empty lines that were in front of the head.
    private var skipped = 0

    init() {}

    /// How many bytes of empty lines are in front of a request line, to be thrown away before a scan. A few are
    /// skipped (RFC 9112 section 2.2); more of them are left to be refused.
    mutating func leadingBlanks(_ bytes: UnsafeRawBufferPointer) -> Int {
        var place = 0
        while skipped < 8, place + 1 < bytes.count, bytes[place] == ByteClass.carriageReturn,
            bytes[place + 1] == ByteClass.lineFeed
        {
            place += 2
            skipped += 2
        }
        if place > 0 { (searched, scanned) = (0, 0) }
        return place
    }

    /// Whether a scan could find more than the last one: the first line's or the head's end is there, a line ends in a
    /// way that is refused, or there is twice as much as last time.
    mutating func isWorthScanning(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if scanned == 0 || bytes.count >= 2 * scanned { return true }
        var place = max(searched, 1)
        defer { searched = bytes.count }
        while place < bytes.count {
            if bytes[place] == ByteClass.lineFeed {
                if bytes[place - 1] != ByteClass.carriageReturn || !hasLine {
                    hasLine = true
                    return true
                }
                if place >= 3, bytes[place - 2] == ByteClass.lineFeed { return true }
            }
            place += 1
        }
        return false
    }

    /// Keeps what a scan of `count` bytes gave.
    @inline(__always) mutating func note(_ outcome: ScanOutcome, _ count: Int) {
        switch outcome {
        case .incomplete:
            searched = count
            scanned = count
        case .complete, .refused:
            self = HeadProgress()
        }
    }
}

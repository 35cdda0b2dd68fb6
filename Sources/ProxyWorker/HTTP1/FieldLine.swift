/// One field line: `name ":" OWS value OWS CRLF` (RFC 9112 section 5).
struct FieldLine: Hashable {
    enum Outcome: Hashable {
        case incomplete
        case complete(FieldLine)
        case refused(HeadFault)
    }

    let nameCount: Int
    let valueStart: Int
    /// Without the blanks around the value.
    let valueCount: Int
    /// The place behind the line.
    let next: Int

    /// - Parameters:
    ///   - start: the line's beginning; below `end`.
    ///   - limit: bytes of the line, its end not counted.
    @inline(__always) static func scan(
        _ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int, limit: Int
    ) -> Outcome {
        var place = start
        while ByteClass.isToken(bytes[place]) {
            place &+= 1
            if place == end { return unfinished(start, end, limit) }
        }
        let nameCount = place &- start
        guard bytes[place] == ByteClass.colon, nameCount > 0 else { return .refused(nameFault(bytes, place, start)) }
        repeat {
            place &+= 1
            if place == end { return unfinished(start, end, limit) }
        } while ByteClass.isBlank(bytes[place])
        let valueStart = place
        while true {
            place = ByteClass.firstControl(bytes, from: place, to: end)
            if place == end { return unfinished(start, end, limit) }
            let byte = bytes[place]
            if byte == ByteClass.carriageReturn { break }
            guard byte == ByteClass.tab else {
                return .refused(byte == ByteClass.lineFeed ? .bareLineFeed : .controlByte)
            }
            place &+= 1
        }
        guard place &- start <= limit else { return .refused(.tooLarge) }
        guard place &+ 1 < end else { return .incomplete }
        guard bytes[place &+ 1] == ByteClass.lineFeed else { return .refused(.bareCarriageReturn) }
        var valueEnd = place
        while valueEnd > valueStart, ByteClass.isBlank(bytes[valueEnd &- 1]) { valueEnd &-= 1 }
        return .complete(
            FieldLine(
                nameCount: nameCount, valueStart: valueStart, valueCount: valueEnd &- valueStart, next: place &+ 2))
    }

    private static func unfinished(_ start: Int, _ end: Int, _ limit: Int) -> Outcome {
        end - start <= limit ? .incomplete : .refused(.tooLarge)
    }

    /// What is wrong with a line whose name ends at `place` without a colon, or is empty.
    private static func nameFault(_ bytes: UnsafePointer<UInt8>, _ place: Int, _ start: Int) -> HeadFault {
        switch bytes[place] {
        case ByteClass.space, ByteClass.tab: return place == start ? .folded : .blankBeforeColon
        case ByteClass.lineFeed: return .bareLineFeed
        default: return .fieldName
        }
    }
}

internal import RoutingEngine

/// Where a message's fields lie, in memory that is used again for the next message.
struct FieldTable: ~Copyable {
    /// What there is in a section of fields.
    enum Outcome: Hashable {
        case incomplete
        /// The place behind the section's empty line.
        case complete(Int)
        case refused(HeadFault)
    }

    private(set) var count = 0
    /// The `bit` of every tag that a field has.
    private(set) var seen: UInt32 = 0
    /// The place of the empty line.
    private(set) var end = 0
    private var capacity: Int
    private var memory: UnsafeMutablePointer<HeadField>

    /// - Parameter capacity: fields; it grows when there are more.
    init(capacity: Int = 128) {
        self.capacity = capacity
        memory = .allocate(capacity: capacity)
    }

    deinit { memory.deallocate() }

    /// Until the next scan.
    var fields: UnsafeBufferPointer<HeadField> { UnsafeBufferPointer(start: memory, count: count) }

    @inline(__always) subscript(place: Int) -> HeadField { memory[place] }

    @inline(__always) func has(_ tag: FieldTag) -> Bool { seen & tag.bit != 0 }

    /// A field that turned out to be something else.
    mutating func retag(_ place: Int, _ tag: FieldTag) {
        memory[place].tag = tag.rawValue
        seen |= tag.bit
    }

    /// Reads field lines up to the empty line (RFC 9112 section 5).
    /// - Parameters:
    ///   - bytes: up to `end`.
    ///   - start: the place of the first field's name.
    mutating func scan(
        _ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int, limits: HeadLimits
    ) -> Outcome {
        var number = 0
        var tags: UInt32 = 0
        var line = start
        count = 0
        seen = 0
        while line < end {
            if bytes[line] == ByteClass.carriageReturn {
                guard line &+ 1 < end else { return .incomplete }
                guard bytes[line &+ 1] == ByteClass.lineFeed else { return .refused(.bareCarriageReturn) }
                count = number
                seen = tags
                self.end = line
                return .complete(line &+ 2)
            }
            switch FieldLine.scan(bytes, from: line, to: end, limit: limits.field) {
            case .incomplete: return .incomplete
            case .refused(let fault): return .refused(fault)
            case .complete(let field):
                guard number < limits.count else { return .refused(.tooManyFields) }
                if number == capacity { grow(number) }
                let tag = FieldTag(bytes + line, field.nameCount)
                tags |= tag.bit
                (memory + number).initialize(
                    to: HeadField(
                        nameStart: line, nameCount: field.nameCount, valueStart: field.valueStart,
                        valueCount: field.valueCount, tag: tag.rawValue))
                number &+= 1
                line = field.next
            }
        }
        return .incomplete
    }

    private mutating func grow(_ number: Int) {
        let more = UnsafeMutablePointer<HeadField>.allocate(capacity: capacity * 2)
        more.update(from: memory, count: number)
        memory.deallocate()
        memory = more
        capacity *= 2
    }
}

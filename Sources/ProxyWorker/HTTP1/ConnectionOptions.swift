/// What Connection headers say (RFC 9110 section 7.6.1). Trivial.
struct ConnectionOptions: Hashable {
    /// How many other fields a message may name.
    static let mostNames = 32

    var close = false
    var keepAlive = false
    var upgrade = false
    /// How many other options there are: names of fields that are for this connection only.
    var names = 0

    /// Adds the options of one field's value.
    @inline(__always) mutating func add(_ value: UnsafePointer<UInt8>, _ count: Int) {
        if ByteClass.isToken(value, count, "keep-alive") {
            keepAlive = true
        } else if ByteClass.isToken(value, count, "close") {
            close = true
        } else {
            addList(value, count)
        }
    }

    private mutating func addList(_ value: UnsafePointer<UInt8>, _ count: Int) {
        Self.each(value, count) { option, count in
            switch true {
            case ByteClass.isToken(option, count, "keep-alive"): keepAlive = true
            case ByteClass.isToken(option, count, "close"): close = true
            case ByteClass.isToken(option, count, "upgrade"): upgrade = true
            case ByteClass.isToken(option, count, "te"): break
            default: names += 1
            }
        }
    }

    /// The parts of a list, without the blanks around them and without empty ones.
    static func each(
        _ list: UnsafePointer<UInt8>, _ count: Int, _ body: (_ part: UnsafePointer<UInt8>, _ count: Int) -> Void
    ) {
        var start = 0
        while start < count {
            var end = start
            while end < count, list[end] != ByteClass.comma { end &+= 1 }
            let next = end &+ 1
            while start < end, ByteClass.isBlank(list[start]) { start &+= 1 }
            while end > start, ByteClass.isBlank(list[end &- 1]) { end &-= 1 }
            if start < end { body(list + start, end &- start) }
            start = next
        }
    }
}

/// Finds named values in a request's bytes. Its answers hold until the next question.
struct RequestReader: BitwiseCopyable {
    let view: RequestView
    let memory: UnsafeMutablePointer<MatchScratch.Memory>

    /// The value of a header, several joined by "," (RFC 9110 section 5.3), Cookie headers by "; " (RFC 9113 section
    /// 8.2.3); nil when it isn't there.
    func header(_ name: HeaderName) -> ByteText? {
        guard let head = view.head.baseAddress else { return nil }
        let count = UInt16(truncatingIfNeeded: name.bytes.count)
        var found: Int?
        for place in 0..<view.fields.count {
            let field = view.fields[place]
            guard field.nameCount == count, name.matches(head + Int(field.nameStart)) else { continue }
            if let found { return joined(name, found, place) }
            found = place
        }
        return found.map { value(of: view.fields[$0]) }
    }

    /// The first cookie of the name, over all Cookie headers; raw, as sent (RFC 6265 section 5.4).
    func cookie(_ name: HeaderName) -> ByteText? {
        guard let head = view.head.baseAddress else { return nil }
        for field in view.fields where field.nameCount == 6 && Self.isCookie(head + Int(field.nameStart)) {
            if let value = Self.cookie(name.bytes, in: value(of: field)) { return value }
        }
        return nil
    }

    /// The first query parameter of the name, as sent; empty when it has no "=".
    func parameter(_ name: HeaderName) -> ByteText? {
        let query = view.query
        var start = 0
        while start < query.count {
            let end = query.place(of: UInt8(ascii: "&"), from: start)
            if end > start {
                let equals = query.place(of: UInt8(ascii: "="), from: start, to: end)
                if query.part(start..<equals).isSame(as: name.bytes) { return query.part(min(equals + 1, end)..<end) }
            }
            start = end + 1
        }
        return nil
    }

    private func value(of field: HeadField) -> ByteText { view.head.part(field.valueRange) }

    /// The values of a header that is there more than once.
    private func joined(_ name: HeaderName, _ first: Int, _ second: Int) -> ByteText {
        let separator: StaticString = name.isCookie ? "; " : ","
        guard let head = view.head.baseAddress else { return ByteText(start: nil, count: 0) }
        func isOne(_ field: HeadField) -> Bool {
            Int(field.nameCount) == name.bytes.count && name.matches(head + Int(field.nameStart))
        }
        var count = Int(view.fields[first].valueCount)
        for place in second..<view.fields.count where isOne(view.fields[place]) {
            count += separator.utf8CodeUnitCount + Int(view.fields[place].valueCount)
        }
        let room = memory.pointee.joined(count)
        guard let start = room.baseAddress else { return ByteText(start: nil, count: 0) }
        var end = 0
        for place in first..<view.fields.count where isOne(view.fields[place]) {
            if place > first {
                (start + end).copyMemory(from: separator.utf8Start, byteCount: separator.utf8CodeUnitCount)
                end += separator.utf8CodeUnitCount
            }
            let value = value(of: view.fields[place])
            if let bytes = value.baseAddress { (start + end).copyMemory(from: bytes, byteCount: value.count) }
            end += value.count
        }
        return ByteText(room)
    }

    /// Whether the six bytes there are "cookie" in any case.
    private static func isCookie(_ start: UnsafeRawPointer) -> Bool {
        // All letters: the bit makes them lower case, and nothing else into a letter but other letters' upper case.
        let first = UInt32(littleEndian: start.loadUnaligned(as: UInt32.self)) | 0x2020_2020
        let rest = UInt16(littleEndian: (start + 4).loadUnaligned(as: UInt16.self)) | 0x2020
        return first == 0x6B6F_6F63 && rest == 0x6569
    }

    private static func cookie(_ name: ByteText, in header: ByteText) -> ByteText? {
        var start = 0
        while start < header.count {
            let end = header.place(of: UInt8(ascii: ";"), from: start)
            while start < end, isBlank(header[start]) { start += 1 }
            let equals = header.place(of: UInt8(ascii: "="), from: start, to: end)
            if equals < end, header.part(start..<equals).isSame(as: name) {
                var last = end
                while last > equals + 1, isBlank(header[last - 1]) { last -= 1 }
                return header.part(equals + 1..<last)
            }
            start = end + 1
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}

extension UnsafeRawBufferPointer {
    /// Where `byte` is first, or `end`.
    @inline(__always)
    func place(of byte: UInt8, from start: Int, to end: Int? = nil) -> Int {
        let end = end ?? count
        var place = start
        while place < end, self[place] != byte { place += 1 }
        return place
    }
}

internal import RoutingEngine

extension RequestHead {
    /// Reads the target in origin, absolute or asterisk form (RFC 9112 section 3.2), and puts its path in its normal
    /// form.
    /// - Returns: complete with the place of the blank behind it.
    mutating func scanTarget(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> FieldTable.Outcome {
        isAsterisk = false
        authority = 0..<0
        guard start < end else { return .incomplete }
        switch bytes[start] {
        case ByteClass.slash:
            return scanOrigin(bytes, from: start, to: end)
        case ByteClass.star:
            guard start &+ 1 < end else { return .incomplete }
            guard bytes[start &+ 1] == ByteClass.space, method.count == 7,
                ByteClass.isSameBytes(bytes, 7, "OPTIONS")
            else { return .refused(.target) }
            isAsterisk = true
            target = start..<start &+ 1
            setRootPath()
            query = start..<start
            hasQuery = false
            return .complete(start &+ 1)
        case ByteClass.space:
            return .refused(.requestLine)
        default:
            return scanAbsolute(bytes, from: start, to: end)
        }
    }

    /// - Parameter start: the place of the path's slash.
    private mutating func scanOrigin(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> FieldTable.Outcome
    {
        var place = start
        var hasDots = false
        while place < end, ByteClass.isTarget(bytes[place]) {
            let byte = bytes[place]
            if byte == ByteClass.question { break }
            if byte == ByteClass.percent {
                guard place &+ 2 < end else {
                    // Two more bytes decide; what ends the target there decides too.
                    return .incomplete
                }
                guard let high = ByteClass.hexValue(bytes[place &+ 1]),
                    let low = ByteClass.hexValue(bytes[place &+ 2]), high | low != 0
                else { return .refused(.escape) }
                if high == 2, low == 14 { hasDots = true }
            } else if byte == ByteClass.dot, place > start, bytes[place &- 1] == ByteClass.slash {
                hasDots = true
            }
            place &+= 1
        }
        let pathEnd = place
        hasQuery = place < end && bytes[place] == ByteClass.question
        while place < end, ByteClass.isTarget(bytes[place]) { place &+= 1 }
        guard place < end else { return .incomplete }
        guard bytes[place] == ByteClass.space else {
            switch bytes[place] {
            case ByteClass.carriageReturn, ByteClass.lineFeed, ByteClass.tab: return .refused(.requestLine)
            default: return .refused(.target)
            }
        }
        target = start..<place
        query = (hasQuery ? pathEnd &+ 1 : pathEnd)..<place
        if pathEnd == start {
            setRootPath()
            return .complete(place)
        }
        path = start..<pathEnd
        pathIsOwn = false
        if hasDots {
            reserveScratch(path.count)
            let own = scratch.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard let own, let count = PathNormalizer.normalize(bytes + start, path.count, into: own) else {
                return .refused(.climb)
            }
            path = 0..<count
            pathIsOwn = true
        }
        return .complete(place)
    }

    private mutating func scanAbsolute(
        _ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int
    ) -> FieldTable.Outcome {
        let scheme: StaticString = "https"
        var place = start
        while place < end, place &- start < 5, bytes[place] | 0x20 == scheme.utf8Start[place &- start] { place &+= 1 }
        guard place < end else { return .incomplete }
        guard place &- start >= 4 else { return .refused(.target) }
        let separator: StaticString = "://"
        for offset in 0..<3 {
            guard place < end else { return .incomplete }
            guard bytes[place] == separator.utf8Start[offset] else { return .refused(.target) }
            place &+= 1
        }
        let name = place
        while place < end, ByteClass.isTarget(bytes[place]), bytes[place] != ByteClass.slash,
            bytes[place] != ByteClass.question
        {
            place &+= 1
        }
        guard place < end else { return .incomplete }
        guard Authority(bytes + name, place &- name) != nil else { return .refused(.target) }
        let named = name..<place
        let outcome = scanOrigin(bytes, from: place, to: end)
        authority = named
        return outcome
    }

    /// For a target that has no path of its own.
    private mutating func setRootPath() {
        scratch[0] = ByteClass.slash
        path = 0..<1
        pathIsOwn = true
    }
}

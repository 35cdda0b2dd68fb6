internal import RoutingEngine

extension RequestHead {
    /// What the fields mean together (RFC 9112 sections 3.2 and 6): no two servers on the way may disagree about where
    /// a request ends or whom it is for.
    /// - Returns: nil when nothing is wrong.
    mutating func scanMeaning(_ bytes: UnsafePointer<UInt8>, _ limits: HeadLimits) -> HeadFault? {
        var hosts = 0
        var length = -1
        var hostValue = 0..<0
        var isChunked = false
        for place in 0..<table.count where table[place].tag != FieldTag.endToEnd.rawValue {
            let field = table[place]
            let value = bytes + Int(field.valueStart)
            let count = Int(field.valueCount)
            switch FieldTag(rawValue: field.tag) {
            case .host:
                hosts &+= 1
                hostValue = field.valueRange
            case .contentLength:
                guard length < 0, !ByteClass.hasTab(behind: value + count),
                    let number = ContentLength.read(value, count)
                else { return .contentLength }
                length = number
            case .transferEncoding:
                guard !isChunked, !ByteClass.hasTab(behind: value + count),
                    ByteClass.isToken(value, count, "chunked")
                else { return codingFault(bytes) }
                isChunked = true
            case .expect:
                if ByteClass.isToken(value, count, "100-continue") { traits.expectsContinue = true }
            default:
                break
            }
        }
        if isChunked {
            guard length < 0 else { return .twoLengths }
            guard traits.isHTTP11 else { return .codingInHTTP10 }
            traits.framing = .chunked
        } else if length >= 0 {
            traits.framing = .length(length)
        }
        if hosts > 1 { return .repeatedHost }
        if hosts == 0, traits.isHTTP11 { return .missingHost }
        guard let options = table.connectionOptions(bytes) else { return .connectionOptions }
        traits.isKeepAlive = !options.close && (traits.isHTTP11 || options.keepAlive)
        let hasBody = isChunked || length > 0
        if !traits.isHTTP11 || !hasBody { traits.expectsContinue = false }
        traits.isUpgrade =
            options.upgrade && traits.isHTTP11 && !hasBody && table.has(.upgrade) && !asksForClearHTTP2(bytes)
        return readHost(bytes, hosts > 0 ? hostValue : nil)
    }

    /// What is wrong with Transfer-Encoding, the gravest first.
    private func codingFault(_ bytes: UnsafePointer<UInt8>) -> HeadFault {
        if table.has(.contentLength) { return .twoLengths }
        guard traits.isHTTP11 else { return .codingInHTTP10 }
        var number = 0
        var firstChunked = 0
        for place in 0..<table.count where table[place].tag == FieldTag.transferEncoding.rawValue {
            let field = table[place]
            ConnectionOptions.each(bytes + Int(field.valueStart), Int(field.valueCount)) { coding, count in
                number += 1
                if firstChunked == 0, ByteClass.isToken(coding, count, "chunked") { firstChunked = number }
            }
        }
        return firstChunked > 0 && firstChunked < number ? .codingOrder : .unknownCoding
    }

    /// Whether an Upgrade field names HTTP/2 without TLS: a tunnel for further requests, past this proxy's rules.
    private func asksForClearHTTP2(_ bytes: UnsafePointer<UInt8>) -> Bool {
        var found = false
        for place in 0..<table.count where table[place].tag == FieldTag.upgrade.rawValue {
            let field = table[place]
            ConnectionOptions.each(bytes + Int(field.valueStart), Int(field.valueCount)) { part, count in
                if count >= 3, ByteClass.isToken(part, 3, "h2c") { found = true }
                if count >= 5, ByteClass.isToken(part, 5, "http/") { found = true }
            }
        }
        return found
    }

    /// - Parameter value: of the Host field.
    private mutating func readHost(_ bytes: UnsafePointer<UInt8>, _ value: Range<Int>?) -> HeadFault? {
        host = 0..<0
        hostIsOwn = false
        if let value {
            guard let read = Authority(bytes + value.lowerBound, value.count) else { return .host }
            if authority.isEmpty {
                authority = value
                setHost(bytes, read)
                return nil
            }
        }
        // That of a target in absolute form was found good before.
        if !authority.isEmpty, let read = Authority(bytes + authority.lowerBound, authority.count) {
            setHost(bytes, read)
        }
        return nil
    }

    private mutating func setHost(_ bytes: UnsafePointer<UInt8>, _ read: Authority) {
        let start = authority.lowerBound
        guard read.hasUpperCase, let own = hostScratch.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            host = start..<start &+ read.hostCount
            return
        }
        hostIsOwn = true
        if read.isLiteral {
            let normal = literal.normal(of: UnsafeRawBufferPointer(start: bytes + start, count: read.hostCount))
            let count = min(normal.count, hostScratch.count)
            hostScratch.copyBytes(from: normal[..<count])
            host = 0..<count
            return
        }
        for place in 0..<read.hostCount {
            let byte = bytes[start &+ place]
            own[place] = byte &- 0x41 < 26 ? byte | 0x20 : byte
        }
        host = 0..<read.hostCount
    }
}

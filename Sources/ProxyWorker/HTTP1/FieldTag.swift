/// What a proxy does with a header field, by its name.
///
/// Source of the hop-by-hop list: RFC 9110 section 7.6.1. `Trailer` and `Expect` are end to end there.
enum FieldTag: UInt8, Hashable, CaseIterable {
    case endToEnd
    case connection
    /// Meant for this connection only, or named by Connection, or a token for this proxy: never passed on.
    case hopByHop
    case host
    case contentLength
    case transferEncoding
    case te
    case expect
    case upgrade
    case keepAlive
    case forwardedFor
    case forwardedProto
    case forwardedHost
    /// Also X-Forwarded-Port: what it says belongs to what is overwritten.
    case forwarded
    case realIP

    /// - Parameter name: `count` bytes, in any case.
    @inline(__always) init(_ name: UnsafePointer<UInt8>, _ count: Int) {
        // By length first: nearly every field is told apart without comparing a character.
        switch count {
        case 2, 4, 6, 7, 9, 10, 14, 15, 16, 17: self = Self.told(name, count)
        default: self = .endToEnd
        }
    }

    @inline(__always) private static func told(_ name: UnsafePointer<UInt8>, _ count: Int) -> FieldTag {
        func isName(_ lowercased: StaticString) -> Bool { ByteClass.isToken(name, count, lowercased) }
        let first = name[0] | 0x20
        switch (count, first) {
        case (2, UInt8(ascii: "t")): return isName("te") ? .te : .endToEnd
        case (4, UInt8(ascii: "h")): return isName("host") ? .host : .endToEnd
        case (6, UInt8(ascii: "e")): return isName("expect") ? .expect : .endToEnd
        case (7, UInt8(ascii: "u")): return isName("upgrade") ? .upgrade : .endToEnd
        case (9, UInt8(ascii: "f")): return isName("forwarded") ? .forwarded : .endToEnd
        case (9, UInt8(ascii: "x")): return isName("x-real-ip") ? .realIP : .endToEnd
        case (10, UInt8(ascii: "c")): return isName("connection") ? .connection : .endToEnd
        case (10, UInt8(ascii: "k")): return isName("keep-alive") ? .keepAlive : .endToEnd
        case (14, UInt8(ascii: "c")): return isName("content-length") ? .contentLength : .endToEnd
        case (14, UInt8(ascii: "h")): return isName("http2-settings") ? .hopByHop : .endToEnd
        case (15, UInt8(ascii: "x")): return isName("x-forwarded-for") ? .forwardedFor : .endToEnd
        case (16, UInt8(ascii: "x")):
            if isName("x-forwarded-host") { return .forwardedHost }
            return isName("x-forwarded-port") ? .forwarded : .endToEnd
        case (16, UInt8(ascii: "p")): return isName("proxy-connection") ? .hopByHop : .endToEnd
        case (17, UInt8(ascii: "t")): return isName("transfer-encoding") ? .transferEncoding : .endToEnd
        case (17, UInt8(ascii: "x")):
            if isName("x-forwarded-proto") { return .forwardedProto }
            return isName("x-signalbox-debug") ? .hopByHop : .endToEnd
        default: return .endToEnd
        }
    }

    /// Its place in a set of tags.
    @inline(__always) var bit: UInt32 { 1 &<< UInt32(rawValue) }
}

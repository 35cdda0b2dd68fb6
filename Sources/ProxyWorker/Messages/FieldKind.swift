/// What a proxy does with a header field, by its name.
///
/// Source of the hop-by-hop list: RFC 9110 section 7.6.1. `Trailer` and `Expect` are end to end there.
enum FieldKind: Hashable {
    case endToEnd
    case connection
    /// Meant for this connection only: never passed on.
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

    /// - Parameter name: in any case.
    init(_ name: String) {
        // By length first: nearly every field is told apart without comparing a character.
        switch name.utf8.count {
        case 2: self = name.isField("te") ? .te : .endToEnd
        case 4: self = name.isField("host") ? .host : .endToEnd
        case 6: self = name.isField("expect") ? .expect : .endToEnd
        case 7: self = name.isField("upgrade") ? .upgrade : .endToEnd
        case 10:
            self = name.isField("connection") ? .connection : name.isField("keep-alive") ? .keepAlive : .endToEnd
        case 14: self = name.isField("content-length") ? .contentLength : .endToEnd
        case 15: self = name.isField("x-forwarded-for") ? .forwardedFor : .endToEnd
        case 16:
            self =
                name.isField("x-forwarded-host")
                ? .forwardedHost : name.isField("proxy-connection") ? .hopByHop : .endToEnd
        case 17:
            self =
                name.isField("transfer-encoding")
                ? .transferEncoding : name.isField("x-forwarded-proto") ? .forwardedProto : .endToEnd
        default: self = .endToEnd
        }
    }

    /// Whether the field may be in a trailer section: nothing about framing, routing or the connection may be there
    /// (RFC 9110 section 6.5.1).
    var isAllowedInTrailer: Bool { self == .endToEnd }
}

extension String {
    /// Whether this is the field name or token `lowercased`, in any case (RFC 9110 section 5.1).
    func isField(_ lowercased: String) -> Bool { utf8.isToken(lowercased) }
}

extension Collection<UInt8> {
    /// Whether these bytes are the token `lowercased`, in any case.
    func isToken(_ lowercased: String) -> Bool {
        count == lowercased.utf8.count
            && zip(self, lowercased.utf8).allSatisfy { byte, expected in
                byte == expected || (byte ^ expected == 0x20 && (0x61...0x7A).contains(expected))
            }
    }
}

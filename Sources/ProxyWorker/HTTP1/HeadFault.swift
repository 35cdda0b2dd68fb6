/// Why a message's head, or a chunked body, is refused. Each is a rule of RFC 9110 or 9112, or stricter than that where
/// leniency would let two servers on the way read a message in two ways.
enum HeadFault: UInt8, Error, Hashable, CaseIterable {
    /// Not `METHOD SP TARGET SP HTTP/x.y CRLF`, with single spaces (RFC 9112 section 3).
    case requestLine
    /// Not a token, or longer than 64 bytes.
    case method
    /// CONNECT: this proxy makes no tunnels to addresses that clients name.
    case connect
    /// Neither origin form, absolute form with `http` or `https`, nor `OPTIONS *`; or with a fragment, a control
    /// character or a byte beyond ASCII.
    case target
    /// A `%` in the path without two hexadecimal digits behind it, or `%00`.
    case escape
    /// The path's `..` segments go above the root (RFC 3986 section 5.2.4 would drop them).
    case climb
    /// What stands for the version is none.
    case version
    /// HTTP, but neither 1.1 nor 1.0.
    case unknownVersion
    /// Not `HTTP/1.x SP 3DIGIT SP reason CRLF` (RFC 9112 section 4).
    case statusLine

    /// A line that ends with LF alone (RFC 9112 section 2.2 allows to refuse it).
    case bareLineFeed
    /// A CR without LF behind it.
    case bareCarriageReturn
    /// NUL or another control character in a field's value (RFC 9110 section 5.5).
    case controlByte
    /// A line that begins with a blank: obs-fold, or a blank before the first field (RFC 9112 sections 2.2, 5.2).
    case folded
    /// Not a token, or a line without a colon (RFC 9112 section 5.1).
    case fieldName
    /// A blank between a field's name and its colon (RFC 9112 section 5.1).
    case blankBeforeColon

    /// An HTTP/1.1 request without Host (RFC 9112 section 3.2).
    case missingHost
    case repeatedHost
    /// Empty, with user information, or not a host with or without a port.
    case host

    /// Not a number, more than fits, a list, or more than one field.
    case contentLength
    /// Content-Length together with Transfer-Encoding (RFC 9112 section 6.1).
    case twoLengths
    /// Transfer-Encoding in HTTP/1.0 (RFC 9112 section 6.1).
    case codingInHTTP10
    /// `chunked` before another coding, or twice (RFC 9112 section 6.3).
    case codingOrder
    /// A Transfer-Encoding other than exactly `chunked`.
    case unknownCoding
    /// Connection names more fields than any sane client would.
    case connectionOptions

    /// The head, one field or the target is longer than the limit.
    case tooLarge
    case tooManyFields

    /// A chunk's size is none, too large, or has something behind it that doesn't belong there (RFC 9112 section 7.1).
    case chunkSize
    /// Chunk extensions that aren't any, or are longer than 256 bytes (RFC 9112 section 7.1.1).
    case chunkExtension
    /// A chunk that doesn't end where its size says.
    case chunkEnd
    /// A trailer section with a field that decides where a message ends (RFC 9110 section 6.5.1).
    case trailer

    /// The answer to a client whose request has the fault.
    var problem: ProxyProblem {
        switch self {
        case .requestLine: return ProxyProblem(.badRequest, "The request line is not valid.")
        case .method: return ProxyProblem(.badRequest, "The request's method is not valid.")
        case .connect: return ProxyProblem(.methodNotAllowed)
        case .target: return ProxyProblem(.badRequest, "The request's target is not valid.")
        case .escape: return ProxyProblem(.badRequest, "The request's path has an escape that is not valid.")
        case .climb: return ProxyProblem(.badRequest, "The request's path leads above the root.")
        case .version: return ProxyProblem(.badRequest, "The request's version is not valid.")
        case .unknownVersion: return ProxyProblem(.versionNotSupported)
        case .statusLine: return ProxyProblem(.badRequest)
        case .bareLineFeed: return ProxyProblem(.badRequest, "A line of the request does not end with CR LF.")
        case .bareCarriageReturn: return ProxyProblem(.badRequest, "The request has a CR without an LF.")
        case .controlByte: return ProxyProblem(.badRequest, "A header field has a control character.")
        case .folded: return ProxyProblem(.badRequest, "A line of the header begins with a blank.")
        case .fieldName: return ProxyProblem(.badRequest, "The name of a header field is not valid.")
        case .blankBeforeColon: return ProxyProblem(.badRequest, "A header field has a blank before its colon.")
        case .missingHost: return ProxyProblem(.badRequest, "The request has no Host header.")
        case .repeatedHost: return ProxyProblem(.badRequest, "The request has more than one Host header.")
        case .host: return ProxyProblem(.badRequest, "The request's host is not valid.")
        case .contentLength: return ProxyProblem(.badRequest, "The request's Content-Length is not valid.")
        case .twoLengths: return ProxyProblem(.badRequest, "The request's length is given in two ways.")
        case .codingInHTTP10: return ProxyProblem(.badRequest, "HTTP/1.0 has no transfer codings.")
        case .codingOrder: return ProxyProblem(.badRequest, "The request's last transfer coding is not chunked.")
        case .unknownCoding:
            return ProxyProblem(.notImplemented, "The request has a transfer coding other than chunked.")
        case .connectionOptions: return ProxyProblem(.headTooLarge, "The Connection header names too many fields.")
        case .tooLarge: return ProxyProblem(.headTooLarge)
        case .tooManyFields: return ProxyProblem(.headTooLarge, "The request has too many header fields.")
        case .chunkSize: return ProxyProblem(.badRequest, "The size of a chunk is not valid.")
        case .chunkExtension: return ProxyProblem(.badRequest, "The extensions of a chunk are not valid.")
        case .chunkEnd: return ProxyProblem(.badRequest, "A chunk does not end where its size says.")
        case .trailer: return ProxyProblem(.badRequest, "The trailer section has a field that must not be there.")
        }
    }
}

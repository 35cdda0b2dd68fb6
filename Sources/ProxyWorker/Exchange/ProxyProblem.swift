/// An answer that the proxy makes itself: a problem document (RFC 9457) with a `code` for programs, which is in the
/// header `X-Signalbox-Error` too.
struct ProxyProblem: Error, Hashable {
    enum Code: String, Hashable, CaseIterable {
        case badRequest = "bad_request"
        case requestTimeout = "request_timeout"
        case noRoute = "no_route"
        case methodNotAllowed = "method_not_allowed"
        case headTooLarge = "head_too_large"
        case notImplemented = "not_implemented"
        case versionNotSupported = "version_not_supported"
        case upstreamFailed = "upstream_failed"
        case noPeer = "no_peer"
        case overloaded = "overloaded"
        case upstreamTimeout = "upstream_timeout"

        /// The response's status.
        var status: Int {
            switch self {
            case .badRequest: return 400
            case .noRoute: return 404
            case .methodNotAllowed: return 405
            case .requestTimeout: return 408
            case .headTooLarge: return 431
            case .notImplemented: return 501
            case .upstreamFailed: return 502
            case .noPeer, .overloaded: return 503
            case .upstreamTimeout: return 504
            case .versionNotSupported: return 505
            }
        }

        /// The status in words (RFC 9110 section 15).
        var title: String {
            switch self {
            case .badRequest: return "Bad Request"
            case .noRoute: return "Not Found"
            case .methodNotAllowed: return "Method Not Allowed"
            case .requestTimeout: return "Request Timeout"
            case .headTooLarge: return "Request Header Fields Too Large"
            case .notImplemented: return "Not Implemented"
            case .upstreamFailed: return "Bad Gateway"
            case .noPeer, .overloaded: return "Service Unavailable"
            case .upstreamTimeout: return "Gateway Timeout"
            case .versionNotSupported: return "HTTP Version Not Supported"
            }
        }

        /// What to say when there is nothing more exact.
        var detail: String {
            switch self {
            case .badRequest: return "The request is not valid HTTP."
            case .noRoute: return "No route matches the request."
            case .methodNotAllowed: return "This proxy does not make tunnels."
            case .requestTimeout: return "The request did not come in time."
            case .headTooLarge: return "The request's head is too large."
            case .notImplemented: return "The request needs something that this proxy does not do."
            case .upstreamFailed: return "The peer that was chosen did not answer as it should."
            case .noPeer: return "The route has no peer that can take the request."
            case .overloaded: return "There are as many requests under way as may be; try again in a moment."
            case .upstreamTimeout: return "The peer that was chosen did not answer in time."
            case .versionNotSupported: return "This proxy speaks HTTP/1.1."
            }
        }
    }

    let code: Code
    /// One sentence for a person, of characters that JSON needn't escape; nothing of the request is in it.
    let detail: String

    init(_ code: Code, _ detail: String? = nil) {
        self.code = code
        self.detail = detail ?? code.detail
    }

    /// The document's text.
    var body: String {
        """
        {"type":"about:blank","title":"\(code.title)","status":\(code.status),"code":"\(code.rawValue)",\
        "detail":"\(detail)"}
        """
    }
}

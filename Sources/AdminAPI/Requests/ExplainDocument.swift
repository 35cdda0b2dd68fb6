internal import ControlPlane
internal import RoutingEngine
internal import RoutingModel

/// The request to explain: `{"method", "host", "path", "headers": {"name": "value" or […]}, "source_ip", "at"}`.
struct ExplainDocument: Decodable {
    let facts: RequestFacts
    /// When; nil is now.
    let moment: Moment?

    enum CodingKeys: String, CodingKey, CaseIterable { case method, host, path, headers, sourceIP = "source_ip", at }

    private enum HeaderValue: Decodable {
        case one(String)
        case many([String])

        init(from decoder: any Decoder) throws {
            if let values = try? [String](from: decoder) {
                self = .many(values)
            } else {
                self = .one(try String(from: decoder))
            }
        }

        var values: [String] {
            switch self {
            case .one(let value): return [value]
            case .many(let values): return values
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        let method = try fields.optional(.method, default: "GET")
        let host = try fields.required(.host, or: "")
        let path = try fields.optional(.path, default: "/")
        let headers: [String: HeaderValue] = try fields.optional(.headers, default: [:])
        let sourceIP = try fields.optional(.sourceIP, default: "127.0.0.1")
        let at: String? = try fields.optional(.at)
        moment = at.flatMap { Moment($0) }
        if at != nil, moment == nil {
            try fields.fail(.at, "invalid_value", "must be a revision, an RFC 3339 time, or how long ago, such as -2h")
        }
        if !HTTPToken.isValid(method) { try fields.fail(.method, "invalid_value", "must be an HTTP method") }
        // What a worker answers with 400 can't be explained.
        if !path.hasPrefix("/") || path.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "#") }) {
            try fields.fail(.path, "invalid_value", "must begin with '/' and have no blank, control character or '#'")
        }
        if IPAddress(sourceIP) == nil { try fields.fail(.sourceIP, "invalid_value", "must be an IP address") }
        for name in headers.keys.sorted() where !HTTPToken.isValid(name) {
            try fields.fail(.headers, "invalid_value", "has a header name '\(name)' that is no token")
        }
        facts = RequestFacts(
            method: method, authority: host, target: path,
            headers: headers.sorted { $0.key < $1.key }.flatMap { name, value in
                value.values.map { (name: name, value: $0) }
            },
            sourceIP: sourceIP)
    }
}

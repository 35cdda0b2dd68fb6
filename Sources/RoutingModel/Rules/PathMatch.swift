/// Which paths a route is for. The query string is no part of the path; case counts.
package enum PathMatch: Hashable, Sendable {
    case exact(String)
    /// On segment boundaries: `/api` is `/api` and `/api/x`, not `/apix`. A final slash makes no difference.
    case prefix(String)
    /// RE2, against the whole path.
    case regex(String)

    /// What a route without a `path` matches: every path.
    package static let all = PathMatch.prefix("/")
}

extension PathMatch: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case exact, prefix, regex }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        switch try fields.exactlyOne(of: CodingKeys.allCases) {
        case .exact: self = .exact(try fields.required(.exact, or: "/"))
        case .prefix: self = .prefix(try fields.required(.prefix, or: "/"))
        case .regex: self = .regex(try fields.required(.regex, or: ""))
        case nil: self = .all
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .exact(let path): try container.encode(path, forKey: .exact)
        case .prefix(let path): try container.encode(path, forKey: .prefix)
        case .regex(let pattern): try container.encode(pattern, forKey: .regex)
        }
    }
}

extension PathMatch: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exact(let path): return "exact \(path)"
        case .prefix(let path): return "prefix \(path)"
        case .regex(let pattern): return "regex \(pattern)"
        }
    }
}

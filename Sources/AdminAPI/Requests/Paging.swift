internal import Foundation
internal import Hummingbird
internal import RoutingModel

/// One page of a list that is ordered by a key. The cursor is the last key of the page before, so a page stays right
/// while objects come and go.
struct Paging {
    static let parameters: Set<String> = ["limit", "cursor"]

    let limit: Int
    private let after: String?

    init(_ query: QueryParameters) {
        limit = query.integer("limit", in: 1...1_000) ?? 100
        guard let cursor = query.text("cursor") else {
            after = nil
            return
        }
        after = Self.decode(cursor)
        if after == nil { query.say("cursor", "invalid_value", "must be the 'next' of an earlier page") }
    }

    /// - Parameter items: in ascending order of `key`.
    func page<T>(_ items: [T], key: (T) -> String) -> (items: ArraySlice<T>, next: String?) {
        let rest = after.map { after in items.drop { key($0) <= after } } ?? items[...]
        let page = rest.prefix(limit)
        let next = rest.count > page.count ? page.last.map { Self.encode(key($0)) } : nil
        return (page, next)
    }

    static func encode(_ key: String) -> String {
        Data(key.utf8).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    static func decode(_ cursor: String) -> String? {
        var text = cursor.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        return Data(base64Encoded: text).flatMap { String(data: $0, encoding: .utf8) }
    }
}

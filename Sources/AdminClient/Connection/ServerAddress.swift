internal import Foundation

/// Where the admin API is: `http://127.0.0.1:7000`, or with a path in front of `/v1` when a proxy puts one there.
package struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// Without a slash at its end.
    package let description: String
    package let isSecure: Bool

    /// Nil unless `text` is an `http://` or `https://` address with a host and without a query.
    package init?(_ text: String) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host(), !host.isEmpty, url.query() == nil, url.fragment() == nil, url.user() == nil
        else { return nil }
        isSecure = scheme == "https"
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        description = text
    }

    /// The whole address of `path`.
    package func url(_ path: RequestPath) -> String { description + path.description }
}

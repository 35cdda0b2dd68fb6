/// Who gives a command, and what they may touch.
package struct Author: Hashable, Sendable {
    /// For the ledger: `token:NAME`, or `signalbox`.
    package let name: String
    /// Beginnings of the names of the routes and groups that may be changed; empty: all.
    package let scopes: [String]

    package init(_ name: String, scopes: [String] = []) {
        self.name = name
        self.scopes = scopes
    }

    package func mayChange(_ name: String) -> Bool { scopes.isEmpty || scopes.contains { name.hasPrefix($0) } }
}

extension Author: ExpressibleByStringLiteral {
    package init(stringLiteral name: String) { self.init(name) }
}

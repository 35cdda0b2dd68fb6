internal import RoutingModel

/// Something about a planned change that may not be what its author wants. It keeps nothing from being done.
package struct PlanWarning: Hashable, Sendable, Encodable {
    /// What, for programs: `shadowed`, `empty_group`, `unused_group`, `unserved`, `dealt_anew`, `no_such_peer`,
    /// `override_ends_group`.
    package let code: String
    /// Where in the document of all rules: a JSON pointer such as `/routes/star`.
    package let pointer: String
    /// A sentence.
    package let message: String

    init(_ code: String, _ section: String, _ name: String, _ message: String) {
        self.code = code
        pointer = JSONPointer.root[section][name].description
        self.message = message
    }
}

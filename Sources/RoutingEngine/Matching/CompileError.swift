/// Why a snapshot can't be made into a table. A worker keeps its old table and says this to the control plane.
package struct CompileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String

    package init(reason: String) { self.reason = reason }

    init(route: String, namesMissing group: String) {
        self.init(reason: "route '\(route)' names group '\(group)', which the snapshot does not have")
    }

    package var description: String { reason }
}

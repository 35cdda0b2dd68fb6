/// Why a snapshot can't be made into a table. A worker keeps its old table and says this to the control plane.
package struct CompileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String

    package init(reason: String) { self.reason = reason }

    package var description: String { reason }
}

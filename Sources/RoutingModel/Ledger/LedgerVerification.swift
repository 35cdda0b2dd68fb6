/// Whether the ledger is intact.
package struct LedgerVerification: Hashable, Sendable, Encodable {
    package let ok: Bool
}

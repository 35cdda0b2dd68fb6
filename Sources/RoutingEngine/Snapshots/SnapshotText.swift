/// The document of one object of a snapshot as it goes over the wire, and what it adds to the snapshot's digest.
package struct SnapshotText: Hashable, Sendable {
    package let bytes: [UInt8]
    package let hash: UInt64

    package init(_ kind: SnapshotDigest.Kind, name: String, bytes: [UInt8]) {
        self.bytes = bytes
        hash = SnapshotDigest.hash(kind, name: name, text: bytes)
    }
}

package import HashTreeCollections
package import RoutingEngine
package import RoutingModel
internal import Synchronization

/// A snapshot on its way to workers, with the text of each of its objects as it goes over the wire.
package final class PublishedSnapshot: Sendable {
    package let snapshot: Snapshot
    /// What a worker's copy must come to.
    package let digest: SnapshotDigest
    let groupTexts: TreeDictionary<String, SnapshotText>
    let routeTexts: TreeDictionary<String, SnapshotText>
    private let encoded = Mutex<[UInt8]?>(nil)

    init(_ resolution: Resolution, index: Int, revision: Int) {
        snapshot = resolution.snapshot(index: index, revision: revision)
        digest = resolution.digest
        groupTexts = resolution.groupTexts
        routeTexts = resolution.routeTexts
    }

    /// The worker protocol's whole document: put together at the first call, of texts that were made once per object.
    package func body() -> [UInt8] {
        encoded.withLock { bytes in
            if let bytes { return bytes }
            let made = assembled()
            bytes = made
            return made
        }
    }

    private func assembled() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { document in
            document.name("digest")
            document.string(digest.description)
            document.name("groups")
            document.object { $0.members(groupTexts) }
            document.name("index")
            document.integer(snapshot.index)
            document.name("revision")
            document.integer(snapshot.revision)
            document.name("routes")
            document.object { $0.members(routeTexts) }
        }
        return writer.bytes
    }

    /// The document of what differs from the snapshot `base`: what is gone is null.
    func delta(from base: Int, _ changes: SnapshotChanges) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { document in
            document.name("delta_from")
            document.integer(base)
            document.name("digest")
            document.string(digest.description)
            document.name("groups")
            document.object { $0.members(groupTexts, named: changes.groups) }
            document.name("index")
            document.integer(snapshot.index)
            document.name("revision")
            document.integer(snapshot.revision)
            document.name("routes")
            document.object { $0.members(routeTexts, named: changes.routes) }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    /// Names of rules are ASCII: their order as text is their order as bytes.
    fileprivate mutating func members(_ texts: TreeDictionary<String, SnapshotText>) {
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            self.name(name)
            self.text(text.bytes)
        }
    }

    fileprivate mutating func members(_ texts: TreeDictionary<String, SnapshotText>, named names: Set<String>) {
        for name in names.sorted() {
            self.name(name)
            if let text = texts[name] { self.text(text.bytes) } else { null() }
        }
    }
}

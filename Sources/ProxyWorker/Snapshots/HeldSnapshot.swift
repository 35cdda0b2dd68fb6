internal import RoutingEngine
internal import RoutingModel

/// A snapshot as the source holds it: with all that is needed to follow what changes in it, and to write it down.
struct HeldSnapshot: Sendable {
    private(set) var index = 0
    private(set) var revision = 0
    /// Whether the sender named a digest, and it is right; only then can changes to this be checked.
    private(set) var isChecked = false
    private var groups = HeldObjects<SnapshotGroup>(.group)
    private var routes = HeldObjects<SnapshotRoute>(.route)

    /// Before anything was published.
    static let empty = HeldSnapshot()

    var digest: SnapshotDigest { groups.digest + routes.digest.sum }

    var snapshot: Snapshot {
        Snapshot(index: index, revision: revision, groups: groups.values, routes: routes.values)
    }

    /// Whether a worker would see no difference.
    func isSame(as other: HeldSnapshot) -> Bool {
        index == other.index && revision == other.revision && digest == other.digest
    }

    /// What `document` makes of this: a delta changes it; of a whole snapshot only what differs is read.
    /// - Parameter keepsTexts: so that the result can be written down.
    /// - Returns: the new snapshot, and where it differs from this one.
    /// - Throws: `UnreadableSnapshot`: a delta to another snapshot, an object that can't be read, a wrong digest.
    func following(_ document: RoutingDocument, keepsTexts: Bool) throws -> (HeldSnapshot, SnapshotChanges) {
        if let from = document.deltaFrom {
            guard from == index else { throw UnreadableSnapshot("it changes snapshot \(from), not \(index)") }
            guard document.digest != nil else { throw UnreadableSnapshot("it is a delta without a digest") }
        }
        var next = self
        let isWhole = document.deltaFrom == nil
        let changes = SnapshotChanges(
            groups: try next.groups.follow(document.groups, isWhole: isWhole, keepsTexts: keepsTexts),
            routes: try next.routes.follow(document.routes, isWhole: isWhole, keepsTexts: keepsTexts))
        if let expected = document.digest, expected != next.digest {
            throw UnreadableSnapshot(digest: "\(next.digest)", expected: "\(expected)")
        }
        next.index = document.index
        next.revision = document.revision
        next.isChecked = document.digest != nil
        return (next, changes)
    }

    /// The same, but changes to it aren't asked for.
    func unchecked() -> HeldSnapshot {
        var copy = self
        copy.isChecked = false
        return copy
    }

    /// The whole snapshot as it is sent, but for the order of members. Only for what was taken over with its texts.
    func document() -> [UInt8] {
        var text = Array(#"{"digest":"\#(digest)","groups":"#.utf8)
        groups.write(to: &text)
        text += Array(#","index":\#(index),"revision":\#(revision),"routes":"#.utf8)
        routes.write(to: &text)
        text.append(UInt8(ascii: "}"))
        return text
    }
}

internal import Foundation
internal import HashTreeCollections
internal import RoutingEngine
internal import RoutingModel

/// The groups or the routes of a snapshot, each with what it adds to the digest and, if wanted, its text.
///
/// Copies share what they have in common, so keeping two snapshots costs what differs.
struct HeldObjects<Value: Decodable & Sendable>: Sendable {
    private struct Piece: Sendable {
        let hash: UInt64
        /// The member with its name, as JSON; empty when texts aren't kept.
        let text: [UInt8]
    }

    let kind: SnapshotDigest.Kind
    /// By name.
    private(set) var values: TreeDictionary<String, Value> = [:]
    private(set) var digest = SnapshotDigest()
    private var pieces: TreeDictionary<String, Piece> = [:]

    init(_ kind: SnapshotDigest.Kind) { self.kind = kind }

    /// Takes over what `members` say. An object whose text is known is left as it is, and not decoded again.
    /// - Parameters:
    ///   - isWhole: what isn't in `members` is gone; otherwise it stays, and gone is what is null.
    ///   - keepsTexts: for `write(to:)`.
    /// - Returns: the names of what has changed.
    /// - Throws: `UnreadableSnapshot`; this is useless then.
    mutating func follow(_ members: [JSONMembers.Member], isWhole: Bool, keepsTexts: Bool) throws -> Set<String> {
        var changed: Set<String> = []
        let decoder = JSONDecoder()
        for member in members {
            if member.isNull {
                if isWhole { throw UnreadableSnapshot("\(kind) '\(member.name)' is null") }
                if remove(member.name) { changed.insert(member.name) }
                continue
            }
            let hash = SnapshotDigest.hash(kind, name: member.name, text: member.value)
            let before = pieces[member.name]
            if before?.hash == hash { continue }
            do {
                values[member.name] = try decoder.decode(Value.self, from: Data(member.value))
            } catch {
                throw UnreadableSnapshot("\(kind) '\(member.name)' can't be read: \(error)")
            }
            let text = keepsTexts ? try CanonicalJSON.data(member.name) + [UInt8(ascii: ":")] + member.value : []
            pieces[member.name] = Piece(hash: hash, text: Array(text))
            digest = digest - (before?.hash ?? 0) + hash
            changed.insert(member.name)
        }
        if isWhole, values.count > members.count {
            let named = Set(members.map(\.name))
            for name in values.keys where !named.contains(name) {
                if remove(name) { changed.insert(name) }
            }
        }
        return changed
    }

    /// Appends the objects' JSON to `text`, in any order. Only for what was taken over with its text.
    func write(to text: inout [UInt8]) {
        text.append(UInt8(ascii: "{"))
        var isFirst = true
        for piece in pieces.values {
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            text += piece.text
        }
        text.append(UInt8(ascii: "}"))
    }

    /// - Returns: whether it was there.
    private mutating func remove(_ name: String) -> Bool {
        guard let piece = pieces.removeValue(forKey: name) else { return false }
        values.removeValue(forKey: name)
        digest -= piece.hash
        return true
    }
}

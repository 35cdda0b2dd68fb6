/// What two sides compare to be sure that they hold the same snapshot: the sum, modulo 2^64, of one hash per group and
/// route. It doesn't depend on an order, and following a change costs what has changed.
///
/// Source: `docs/worker-protocol.md`. It finds mistakes, not forgery.
package struct SnapshotDigest: Hashable, Sendable, CustomStringConvertible {
    /// What an object is: the first word of what is hashed, so that a group and a route of one name differ.
    package enum Kind: String, Hashable, Sendable, CaseIterable { case group, route }

    /// The sum of the objects' hashes; 0 for a snapshot without objects.
    package private(set) var sum: UInt64

    /// - Parameter sum: of the hashes of all objects; none by default.
    package init(sum: UInt64 = 0) { self.sum = sum }

    /// Reads what `description` gives.
    /// - Returns: nil unless `text` is 16 lower-case hexadecimal digits.
    package init?(_ text: String) {
        guard text.utf8.count == 16,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let sum = UInt64(text, radix: 16)
        else { return nil }
        self.sum = sum
    }

    /// 16 lower-case hexadecimal digits, as on the wire.
    package var description: String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// What one object adds to the sum: XXH64, seed 0, of `group|NAME|TEXT` or `route|NAME|TEXT` in UTF-8.
    /// - Parameter text: the object's JSON, byte for byte as on the wire.
    package static func hash(_ kind: Kind, name: String, text: UnsafeRawBufferPointer) -> UInt64 {
        var head = "\(kind.rawValue)|\(name)|"
        return head.withUTF8 { head in
            withUnsafeTemporaryAllocation(byteCount: head.count + text.count, alignment: 8) { whole in
                whole.copyBytes(from: head)
                UnsafeMutableRawBufferPointer(rebasing: whole[head.count...]).copyMemory(from: text)
                return XXHash64.hash(UnsafeRawBufferPointer(whole))
            }
        }
    }

    /// The same for bytes that are no buffer: an array, `Data`, a string's UTF-8.
    package static func hash(_ kind: Kind, name: String, text: some Sequence<UInt8>) -> UInt64 {
        let hash = text.withContiguousStorageIfAvailable {
            self.hash(kind, name: name, text: UnsafeRawBufferPointer($0))
        }
        return hash ?? Array(text).withUnsafeBytes { self.hash(kind, name: name, text: $0) }
    }

    /// An object is there that wasn't.
    package mutating func add(_ kind: Kind, name: String, text: some Sequence<UInt8>) {
        self += Self.hash(kind, name: name, text: text)
    }

    /// An object that was there, with this text, is gone.
    package mutating func remove(_ kind: Kind, name: String, text: some Sequence<UInt8>) {
        self -= Self.hash(kind, name: name, text: text)
    }

    package static func + (digest: Self, hash: UInt64) -> Self { Self(sum: digest.sum &+ hash) }
    package static func - (digest: Self, hash: UInt64) -> Self { Self(sum: digest.sum &- hash) }
    package static func += (digest: inout Self, hash: UInt64) { digest.sum &+= hash }
    package static func -= (digest: inout Self, hash: UInt64) { digest.sum &-= hash }
}

internal import Crypto

/// What of a ledger row is hashed, and how: the row's values one after the other, each as the number of its bytes (four
/// bytes, the highest first) and its bytes; an absent one is the number 0xFFFFFFFF alone. A number is written in decimal
/// digits. Nothing can be moved from one value to the next without changing the bytes.
///
/// In this order: id, at, kind, actor, service, peer, groups, route, worker, before, after, reason, cause,
/// consul_index, revision, idx; all as the columns have them.
struct LedgerEncoding: Sendable {
    /// The size of a hash in bytes.
    static let hashSize = 32
    /// What stands before the first row.
    static let start = [UInt8](repeating: 0, count: hashSize)

    private(set) var bytes: [UInt8] = []

    mutating func add(_ text: String?) {
        guard var text else { return addAbsent() }
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    mutating func add(_ number: Int64?) {
        guard let number else { return addAbsent() }
        add(String(number))
    }

    mutating func add(_ text: UnsafeRawBufferPointer?) {
        guard let text else { return addAbsent() }
        addSize(UInt32(truncatingIfNeeded: text.count))
        bytes.append(contentsOf: text)
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    private mutating func addAbsent() { addSize(.max) }

    private mutating func addSize(_ size: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: size >> shift)) }
    }

    /// SHA-256 over `previous`, the encoding of `id`, and `rest`, the encoding of what follows the id.
    static func hash(after previous: [UInt8], id: Int64, _ rest: LedgerEncoding) -> [UInt8] {
        var first = LedgerEncoding()
        first.bytes = previous
        first.add(id)
        var function = SHA256()
        first.bytes.withUnsafeBytes { function.update(bufferPointer: $0) }
        rest.bytes.withUnsafeBytes { function.update(bufferPointer: $0) }
        return Array(function.finalize())
    }

    /// `hash` in hexadecimal digits.
    static func hexadecimal(_ hash: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

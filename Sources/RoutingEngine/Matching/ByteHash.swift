/// The hash that a table's indexes find hosts and paths by: eight bytes at a step, folded by a widening multiplication
/// as wyhash does it. Keyed by a seed of the process's own, so that nobody outside can tell which keys collide.
///
/// A key is hashed piece by piece, and the hash of each of its beginnings that ends with a piece comes up on the way.
struct ByteHash: BitwiseCopyable {
    /// Of this process.
    static let seed = UInt64.random(in: 0...(.max))

    private static let prime1: UInt64 = 0xA076_1D64_78BD_642F
    private static let prime2: UInt64 = 0xE703_7ED1_A0B4_28DB

    /// The hash of the pieces so far.
    private(set) var value: UInt64

    @inline(__always)
    init(seed: UInt64) { value = seed }

    @inline(__always)
    mutating func combine(_ start: UnsafeRawPointer, count: Int) {
        var (next, left, state) = (start, count, value)
        while left > 8 {
            state = Self.fold(state ^ next.loadUnaligned(as: UInt64.self), Self.prime1)
            next += 8
            left -= 8
        }
        let tail: UInt64
        if left >= 4 {
            let first = UInt64(next.loadUnaligned(as: UInt32.self))
            let last = UInt64((next + (left - 4)).loadUnaligned(as: UInt32.self))
            tail = first << 32 | last
        } else if left > 0 {
            let (first, middle, last) = (
                next.load(as: UInt8.self), next.load(fromByteOffset: left >> 1, as: UInt8.self),
                next.load(fromByteOffset: left - 1, as: UInt8.self)
            )
            tail = UInt64(first) << 16 | UInt64(middle) << 8 | UInt64(last)
        } else {
            tail = 0
        }
        value = Self.fold(state ^ tail, Self.prime2 ^ UInt64(truncatingIfNeeded: count))
    }

    @inline(__always)
    private static func fold(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let product = one.multipliedFullWidth(by: other)
        return product.high ^ product.low
    }
}

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Bytes that lie elsewhere: part of a request, or of what a route was compiled into.
typealias ByteText = UnsafeRawBufferPointer

extension UnsafeRawBufferPointer {
    @inline(__always)
    func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        count == other.count && begins(with: other)
    }

    @inline(__always)
    func begins(with start: UnsafeRawBufferPointer) -> Bool {
        // Nothing may have no address.
        guard let some = start.baseAddress, !start.isEmpty else { return true }
        guard let mine = baseAddress, count >= start.count else { return false }
        return memcmp(mine, some, start.count) == 0
    }

    func ends(with end: UnsafeRawBufferPointer) -> Bool {
        count >= end.count && UnsafeRawBufferPointer(rebasing: self[(count - end.count)...]).begins(with: end)
    }

    @inline(__always)
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[range]) }
}

/// Writes bytes one after the other into memory that has room for all of them.
struct HeadSink {
    private let start: UnsafeMutableRawPointer
    private(set) var count = 0

    /// - Parameter memory: large enough for all that will be written.
    init(_ memory: UnsafeMutableRawPointer) { start = memory }

    @inline(__always) mutating func put(_ text: StaticString) {
        (start + count).copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
        count &+= text.utf8CodeUnitCount
    }

    @inline(__always) mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        (start + count).copyMemory(from: source, byteCount: bytes.count)
        count &+= bytes.count
    }

    @inline(__always) mutating func put(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        put(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }

    @inline(__always) mutating func put(_ bytes: [UInt8]) { bytes.withUnsafeBytes { put($0) } }

    @inline(__always) mutating func put(_ byte: UInt8) {
        start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    /// - Parameter number: not negative.
    mutating func putDecimal(_ number: Int) { putNumber(number, base: 10) }

    /// - Parameter number: not negative.
    mutating func putHexadecimal(_ number: Int) { putNumber(number, base: 16) }

    private mutating func putNumber(_ number: Int, base: Int) {
        var digits = 1
        var rest = number / base
        while rest > 0 {
            digits &+= 1
            rest /= base
        }
        rest = number
        for place in stride(from: digits - 1, through: 0, by: -1) {
            let digit = UInt8(truncatingIfNeeded: rest % base)
            let byte = digit < 10 ? ByteClass.zero &+ digit : UInt8(ascii: "a") &+ digit &- 10
            start.storeBytes(of: byte, toByteOffset: count &+ place, as: UInt8.self)
            rest /= base
        }
        count &+= digits
    }
}

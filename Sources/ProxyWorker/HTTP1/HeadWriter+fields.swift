internal import NIOCore
internal import RoutingEngine

extension HeadWriter {
    /// Copies the lines of the fields whose tags are kept, in runs.
    /// - Parameters:
    ///   - kept: the `bit`s of tags.
    ///   - changes: whose dropped names are left out too.
    @inline(__always) static func copy(
        _ table: borrowing FieldTable, _ bytes: UnsafeRawBufferPointer, _ kept: UInt32,
        _ changes: CompiledHeaderChanges?, _ sink: inout HeadSink
    ) {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var run = -1
        for place in 0..<table.count {
            let field = table[place]
            let start = Int(field.nameStart)
            var isKept = (kept &>> UInt32(field.tag)) & 1 != 0
            if isKept, let changes { isKept = !changes.drops(base + start, Int(field.nameCount)) }
            if isKept {
                if run < 0 { run = start }
            } else if run >= 0 {
                sink.put(bytes, run..<start)
                run = -1
            }
        }
        if run >= 0 { sink.put(bytes, run..<table.end) }
    }

    /// Writes a trailer section with its empty line, and the last chunk in front of it. What isn't end to end isn't for
    /// trailers to say (RFC 9110 section 6.5.1).
    /// - Parameter range: as `ChunkedReader` gave it.
    static func end(
        _ bytes: UnsafeRawBufferPointer, trailers range: Range<Int>, into buffer: inout ByteBuffer
    ) {
        buffer.writeStaticString("0\r\n")
        var line = range.lowerBound
        if let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) {
            while line < range.upperBound,
                case .complete(let field) = FieldLine.scan(base, from: line, to: range.upperBound, limit: .max)
            {
                if FieldTag(base + line, field.nameCount) == .endToEnd {
                    buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[line..<field.next]))
                }
                line = field.next
            }
        }
        buffer.writeStaticString("\r\n")
    }

    /// Writes the line in front of a chunk's data. Behind the data comes a CRLF.
    /// - Parameter count: more than 0.
    static func chunk(_ count: Int, into buffer: inout ByteBuffer) {
        buffer.reserveCapacity(minimumWritableBytes: 18)
        let written = buffer.withUnsafeMutableWritableBytes { memory -> Int in
            guard let start = memory.baseAddress else { return 0 }
            var sink = HeadSink(start)
            sink.putHexadecimal(count)
            sink.put("\r\n")
            return sink.count
        }
        buffer.moveWriterIndex(forwardBy: written)
    }
}

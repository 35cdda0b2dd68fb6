/// Where a header field lies in the bytes of its message's head.
package struct HeadField: Hashable, Sendable, BitwiseCopyable {
    package var nameStart: UInt32
    package var valueStart: UInt32
    package var nameCount: UInt16
    /// Without the blanks around it.
    package var valueCount: UInt16
    /// What its reader makes of the name; the engine doesn't look at it.
    package var tag: UInt8

    package init(nameStart: Int, nameCount: Int, valueStart: Int, valueCount: Int, tag: UInt8 = 0) {
        self.nameStart = UInt32(truncatingIfNeeded: nameStart)
        self.nameCount = UInt16(truncatingIfNeeded: nameCount)
        self.valueStart = UInt32(truncatingIfNeeded: valueStart)
        self.valueCount = UInt16(truncatingIfNeeded: valueCount)
        self.tag = tag
    }

    package var nameRange: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameCount) }
    package var valueRange: Range<Int> { Int(valueStart)..<Int(valueStart) + Int(valueCount) }
}

internal import RoutingEngine

/// What TE says (RFC 9110 section 10.1.4).
enum TransferOptions {
    /// Whether each TE field is exactly `trailers`: the only thing that a proxy may say again without doing more.
    static func areTrailers(_ table: borrowing FieldTable, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
        for field in table.fields where field.tag == FieldTag.te.rawValue {
            guard ByteClass.isToken(base + Int(field.valueStart), Int(field.valueCount), "trailers") else {
                return false
            }
        }
        return true
    }
}

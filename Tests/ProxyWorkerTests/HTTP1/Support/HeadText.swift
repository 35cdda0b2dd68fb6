/// Bytes as text, one character per byte, so that tests can write every byte there is.
extension [UInt8] {
    /// - Parameter text: characters up to U+00FF.
    init(latin text: String) { self = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

    var latin: String { withUnsafeBytes { $0.latin } }
}

extension UnsafeRawBufferPointer {
    var latin: String {
        var text = String.UnicodeScalarView()
        for byte in self { text.append(Unicode.Scalar(byte)) }
        return String(text)
    }
}

/// The secret with which debug tokens are signed.
package struct DebugKey: Hashable, Sendable {
    /// RFC 2104 section 3: a key shorter than the hash's output makes the signature weaker; half of it is still well
    /// beyond guessing.
    package static let minimumLength = 16

    let bytes: [UInt8]

    /// - Parameter text: blanks and line breaks around it don't count.
    /// - Returns: nil when it is shorter than `minimumLength` bytes.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return nil }
        self.bytes = Array(bytes[first...last])
        guard self.bytes.count >= Self.minimumLength else { return nil }
    }
}

internal import Crypto
internal import Foundation

/// The secret of a token: `sbx_<id>_<256 random bits in base64url>`. The id is in it so that one hash is enough to
/// check it.
struct TokenSecret {
    private static let prefix = "sbx_"
    private static let idLength = 12
    /// 32 bytes in base64url (RFC 4648 section 5) without padding.
    private static let randomLength = 43

    let id: String
    let text: String

    /// Reads the text of a secret; nil for anything else.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix),
            text.utf8.count == Self.prefix.utf8.count + Self.idLength + 1 + Self.randomLength
        else { return nil }
        let rest = text.utf8.dropFirst(Self.prefix.utf8.count)
        guard let id = String(rest.prefix(Self.idLength)), rest.dropFirst(Self.idLength).first == UInt8(ascii: "_")
        else { return nil }
        self.id = id
        self.text = text
    }

    private init(id: String, text: String) {
        self.id = id
        self.text = text
    }

    /// A new one, from the kernel's random numbers.
    static func make() -> TokenSecret {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        var generator = SystemRandomNumberGenerator()
        let id = String((0..<idLength).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
        let random = Data(randomBytes(32)).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
        return TokenSecret(id: id, text: "\(prefix)\(id)_\(random)")
    }

    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    func hash(salt: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: salt)
        hash.update(data: Data(text.utf8))
        return Array(hash.finalize())
    }

    /// Whether `hash` is that of this secret; takes the same time wherever the two differ.
    func matches(salt: [UInt8], hash: [UInt8]) -> Bool {
        let own = self.hash(salt: salt)
        guard own.count == hash.count else { return false }
        var difference: UInt8 = 0
        for (left, right) in zip(own, hash) { difference |= left ^ right }
        return difference == 0
    }
}

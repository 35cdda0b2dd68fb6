internal import Crypto
internal import Foundation

/// The secret that opens the admin API. Only its hash is kept, so it can't end up in a log or a core dump by mistake.
package struct AdminToken: Sendable {
    /// Shorter secrets can be guessed.
    package static let minimumLength = 16

    private let digest: [UInt8]

    package init(_ secret: String) {
        digest = Self.hash(secret)
    }

    /// Whether `secret` is the token; takes the same time wherever the two differ.
    func matches(_ secret: String) -> Bool {
        var difference: UInt8 = 0
        for (left, right) in zip(digest, Self.hash(secret)) { difference |= left ^ right }
        return difference == 0
    }

    private static func hash(_ secret: String) -> [UInt8] { Array(SHA256.hash(data: Data(secret.utf8))) }
}

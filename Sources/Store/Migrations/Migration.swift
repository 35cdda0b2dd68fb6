internal import Crypto

/// One file of `migrations/`.
struct Migration: Hashable, Sendable {
    /// The file's name; migrations are applied in the order of their names.
    let name: String
    /// SQL statements, without BEGIN, COMMIT or a PRAGMA that needs to stand outside a transaction.
    let bytes: [UInt8]

    var sql: String { String(decoding: bytes, as: UTF8.self) }

    /// SHA-256 of the file, in hexadecimal digits.
    var checksum: String {
        SHA256.hash(data: bytes).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

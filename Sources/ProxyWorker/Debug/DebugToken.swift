internal import Crypto

/// `v1.<expiry>.<HMAC-SHA256 of "v1.<expiry>", in 64 hexadecimal digits>`; the expiry is in seconds since 1970.
package enum DebugToken {
    /// - Parameter expiry: seconds since 1970; not negative.
    package static func make(_ key: DebugKey, expiry: Int) -> String {
        let signed = "v1.\(max(expiry, 0))"
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: SymmetricKey(data: key.bytes))
        let digits = Array("0123456789abcdef".utf8)
        let text = code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "\(signed).\(String(decoding: text, as: UTF8.self))"
    }

    /// What a token consists of, if it has its form.
    static func parts(
        of token: UnsafeRawBufferPointer
    ) -> (expiry: Int, signed: UnsafeRawBufferPointer, code: [UInt8])? {
        let codeLength = 2 * SHA256.byteCount
        let dot = token.count - codeLength - 1
        guard dot > 3, dot <= 3 + 18, token[dot] == UInt8(ascii: "."), token.starts(with: "v1.".utf8) else {
            return nil
        }
        var expiry = 0
        for byte in token[3..<dot] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            expiry = expiry * 10 + Int(byte - UInt8(ascii: "0"))
        }
        var code: [UInt8] = []
        code.reserveCapacity(SHA256.byteCount)
        for place in stride(from: dot + 1, to: token.count, by: 2) {
            guard let high = digit(token[place]), let low = digit(token[place + 1]) else { return nil }
            code.append(high << 4 | low)
        }
        return (expiry, UnsafeRawBufferPointer(rebasing: token[..<dot]), code)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

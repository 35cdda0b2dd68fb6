internal import HTTPTypes
internal import Synchronization

/// Tells requests apart, in answers, in the log and in what clients log.
enum RequestID {
    /// Of the request that this task answers.
    @TaskLocal static var current: String?

    private static let last = Atomic(UInt64.random(in: 0...UInt64.max))

    /// The client's own if it is sane: 1 to 128 letters, digits, `.`, `_` and `-`; else a new one.
    static func of(_ field: String?) -> String {
        guard let field, isSane(field) else { return make() }
        return field
    }

    static func isSane(_ text: some StringProtocol) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57,
                    UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// 16 hexadecimal digits that no other request of this process has.
    static func make() -> String {
        // An odd factor takes every number to another one; so neighbours don't look alike.
        let number = last.wrappingAdd(1, ordering: .relaxed).newValue &* 0x9E37_79B9_7F4A_7C15
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

extension HTTPField.Name {
    static var requestID: HTTPField.Name { HTTPField.Name("X-Request-Id") ?? .server }
}

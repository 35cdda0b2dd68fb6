internal import RoutingModel

extension PlainJSON {
    /// The canonical JSON of `value`, quicker than an encoder makes it as long as all of it is plain: printable ASCII
    /// without `"` and `\`, and no number with a fraction.
    /// - Throws: `EncodingError`, which no value that came from JSON gives.
    static func text(_ value: JSONValue) throws -> String {
        var text: [UInt8] = []
        return write(value, to: &text) ? String(decoding: text, as: UTF8.self) : try CanonicalJSON.text(value)
    }

    /// False: it isn't plain.
    private static func write(_ value: JSONValue, to text: inout [UInt8]) -> Bool {
        switch value {
        case .null: text += "null".utf8
        case .bool(let value): text += (value ? "true" : "false").utf8
        case .integer(let value): text += String(value).utf8
        case .number: return false
        case .string(let value): return write(value, to: &text)
        case .array(let items):
            text.append(UInt8(ascii: "["))
            for (place, item) in items.enumerated() {
                if place > 0 { text.append(UInt8(ascii: ",")) }
                guard write(item, to: &text) else { return false }
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            for (place, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if place > 0 { text.append(UInt8(ascii: ",")) }
                guard write(member.key, to: &text) else { return false }
                text.append(UInt8(ascii: ":"))
                guard write(member.value, to: &text) else { return false }
            }
            text.append(UInt8(ascii: "}"))
        }
        return true
    }

    private static func write(_ string: String, to text: inout [UInt8]) -> Bool {
        text.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            guard (0x20..<0x7F).contains(byte), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else {
                return false
            }
            text.append(byte)
        }
        text.append(UInt8(ascii: "\""))
        return true
    }
}

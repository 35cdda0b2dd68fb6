import RoutingModel
import Testing

@testable import Store

@Suite struct PlainJSONTests {
    static let strings = [
        "", "a", "A", "b", "aa", "a.b", "a_b", "a-b", "a b", "/", "10", "9", "\"", "\\", "\n", "\u{0}", "\u{1F}",
        "\u{7F}",
        "é", "e\u{301}", "𝄞", "~",
    ]

    @Test("What it writes is canonical JSON, whatever the value")
    func writing() throws {
        var random = SystemRandomNumberGenerator()
        func any(_ depth: Int) -> JSONValue {
            // Mostly the plain ones, or hardly any document would be plain as a whole.
            let string =
                Self.strings.prefix(Int.random(in: 0..<10, using: &random) == 0 ? .max : 12).randomElement() ?? ""
            switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
            case 0: return .null
            case 1: return .bool(Bool.random())
            case 2: return .integer([0, -1, .max, .min].randomElement() ?? 7)
            case 3: return Int.random(in: 0..<10) == 0 ? .number(0.5) : .integer(65_535)
            case 6: return .array((0..<Int.random(in: 0..<4)).map { _ in any(depth - 1) })
            case 7:
                let members = (0..<Int.random(in: 0..<6)).map { _ in
                    (Self.strings.randomElement() ?? "", any(depth - 1))
                }
                return .object(Dictionary(members, uniquingKeysWith: { _, last in last }))
            default: return .string(string)
            }
        }
        for _ in 0..<2_000 {
            let value = any(3)
            #expect(try PlainJSON.text(value) == CanonicalJSON.text(value))
        }
    }

    @Test("Lists and members are read as a decoder reads them, or left to it", arguments: strings)
    func reading(string: String) throws {
        func text(_ bytes: UnsafeRawBufferPointer) -> String? { String(validating: bytes, as: UTF8.self) }
        for list in [[], [string], [string, "x", string]] {
            let json = Array(try CanonicalJSON.text(list).utf8)
            let read = json.withUnsafeBytes { PlainJSON.strings($0, text) }
            #expect(read == (json.contains(UInt8(ascii: "\\")) ? nil : list))
            for length in json.indices {
                #expect(json.prefix(length).withUnsafeBytes { PlainJSON.strings($0, text) } == nil)
            }
        }
        for members in [[:], [string: "x"], ["x": string, "y": "", string: "z"]] {
            let json = Array(try CanonicalJSON.text(members).utf8)
            let read = json.withUnsafeBytes { PlainJSON.members($0, text) }
            #expect(read == (json.contains(UInt8(ascii: "\\")) ? nil : members))
            for length in json.indices {
                #expect(json.prefix(length).withUnsafeBytes { PlainJSON.members($0, text) } == nil)
            }
        }
    }
}

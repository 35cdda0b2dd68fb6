import RoutingModel
import Testing

@Suite("The members of a JSON object, as they stand there")
struct JSONMembersTests {
    private func members(_ text: String) throws -> [String] {
        try JSONMembers(Array(text.utf8)[...]).all.map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" }
    }

    @Test("values are their own bytes, without the blanks around them; names are without escapes")
    func slices() throws {
        #expect(try members("{}") == [])
        #expect(try members(" { \n} ") == [])
        let text = #"{ "a" : { "x" : [1, 2.50] } ,"é\u0062\"":"\u00e9","":null,"z":-0.0e1}"#
        #expect(try members(text) == [#"a={ "x" : [1, 2.50] }"#, #"éb"="\u00e9""#, "=null", "z=-0.0e1"])
    }

    @Test("a value can be taken apart in its turn")
    func nested() throws {
        let outer = try JSONMembers(Array(#"{"index":7,"groups": {"x":{"peers":[]},"gone": null}}"#.utf8)[...])
        let groups = try JSONMembers(#require(outer["groups"]))
        #expect(groups.all.map(\.name) == ["x", "gone"])
        #expect(groups.all.map(\.isNull) == [false, true])
        #expect(try groups["x"].map { Array($0) } == Array(#"{"peers":[]}"#.utf8))
        #expect(outer["routes"] == nil)
    }

    @Test(
        "what is no object, or not JSON, is refused",
        arguments: [
            "", "null", "[]", "7", "{", "{}x", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":[1,]}"#, #"{"a":{"b":tru}}"#,
            #"{"a":"\x"}"#, #"{"a":"\ud800"}"#, "{\"a\":\"\t\"}", #"{"a":01}"#, #"{a:1}"#, #"{"a":1 "b":2}"#,
            #"{"a":[1}"#, #"{"a":1,"\u0061":2}"#, "\u{FEFF}{}",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: JSONScan.Malformed.self) { try JSONMembers(Array(text.utf8)[...]) }
    }

    @Test("nesting has its limit, and bytes must be UTF-8")
    func limits() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(("{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}").utf8)
        }
        #expect(try JSONMembers(nested(JSONScan.deepest - 1)[...]).all.count == 1)
        #expect(throws: JSONScan.Malformed.self) { try JSONMembers(nested(JSONScan.deepest)[...]) }
        #expect(throws: JSONScan.Malformed.self) { try JSONMembers(nested(1_000_000)[...]) }
        #expect(throws: JSONScan.Malformed.self) {
            try JSONMembers([0x7B, 0x22, 0x61, 0x22, 0x3A, 0x22, 0xFF, 0x22, 0x7D][...])
        }
    }

    @Test("a malformed value of a slice is named by its place in that slice")
    func place() throws {
        let text = Array("\n\n{\"a\":\n x}".utf8)
        let error = #expect(throws: JSONScan.Malformed.self) { try JSONMembers(text[2...]) }
        #expect(error?.reason == "a value is missing at line 2, column 2")
    }
}

import Foundation
import RoutingModel
import Testing

@Suite("JSON is read strictly")
struct JSONScanTests {
    @Test(
        "every kind of JSON text is taken",
        arguments: [
            "0", "-0", "-0.0e-0", "1E+400", "null", "true", "false", #""""#, " [ ] ", "{ }\n",
            #"{"a":[1,{"b":null}],"c":""}"#,
            #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000""#, #""é😀""#, "\t[1 , 2]\r\n",
            String(repeating: "[", count: 64) + String(repeating: "]", count: 64),
        ]
    )
    func taken(_ text: String) throws {
        #expect(try JSONScan(Data(text.utf8)).duplicates.isEmpty)
    }

    @Test(
        "anything else is refused with its place",
        arguments: [
            ("", "line 1, column 1"), ("{\n \"a\":1,\n}", "line 3, column 1"), ("[1,]", "column 4"),
            ("[1 2]", "column 4"),
            ("01", "column 2"), ("-", "column 2"), ("1.", "column 3"), (".5", "column 1"), ("1e", "column 3"),
            ("+1", "column 1"), ("tru", "column 1"), ("nullx", "column 5"), ("[", "column 2"), ("{\"a\"}", "column 5"),
            ("{a:1}", "column 2"), ("\"a", "column 3"), ("\"\t\"", "column 2"), ("\"\\x\"", "column 4"),
            ("\"\\u12g4\"", "column 4"), ("\"\\ud800\"", "column 8"), ("\"\\ud800\\u0041\"", "column 14"),
            ("\"\\udc00\"", "column 8"), ("[] []", "column 4"), ("[]\u{0}", "column 3"), ("\u{FEFF}[]", "column 1"),
            (String(repeating: "[", count: 65), "column 65"), ("NaN", "column 1"), ("'a'", "column 1"),
        ]
    )
    func refused(_ text: String, _ place: String) {
        let error = #expect(throws: JSONScan.Malformed.self) { try JSONScan(Data(text.utf8)) }
        #expect(error?.reason.hasSuffix(place) == true, "\(error?.reason ?? "")")
    }

    @Test("members that are there twice are found, whatever way they are written")
    func duplicates() throws {
        let text = #"{"a":1,"b":[{"x/~":1,"x/~":2},{"é":1,"\u00e9":2}],"a":{"a":1},"":0,"":0,"a":0}"#
        let found = try JSONScan(Data(text.utf8)).duplicates.map(\.description)
        #expect(found == ["/b/0/x~1~0", "/b/1/é", "/a", "/", "/a"])
    }

    @Test("bytes that are no UTF-8 are no JSON")
    func notUTF8() {
        #expect(throws: JSONScan.Malformed.self) { try JSONScan(Data([0x22, 0xFF, 0x22])) }
    }
}

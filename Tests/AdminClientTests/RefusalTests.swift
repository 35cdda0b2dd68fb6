import RoutingModel
import Testing

@testable import AdminClient

@Suite struct RefusalTests {
    @Test("a problem document is told with every field that is wrong")
    func fields() {
        let body = """
            {"type":"about:blank","title":"Unprocessable Content","status":422,"code":"invalid",
            "detail":"The route is not valid.","errors":[{"pointer":"/split","code":"weights_sum","message":"has 99"},
            {"pointer":"","code":"x","message":"is odd"}]}
            """
        let failure = ClientFailure.refused(Refusal(status: 422, headers: [:], body: Array(body.utf8)))
        #expect(failure.lines == ["The route is not valid.", "  /split has 99", "  (document) is odd"])
        #expect(failure.exitCode == 1)
    }

    @Test("many fields end in a count")
    func many() {
        let errors = (0..<25).map { FieldProblem(pointer: "/\($0)", code: "x", message: "is odd") }
        let lines = Refusal(status: 422, code: "invalid", detail: "No.", errors: errors).lines
        #expect(lines.count == 12)
        #expect(lines.last == "  … and 15 more")
    }

    @Test("what is no problem document says what it may be")
    func others() {
        let page = Refusal(status: 502, headers: [:], body: Array("<html>".utf8))
        #expect(page.detail.contains("502"))
        #expect(Refusal(status: 301, headers: ["location": "https://x"], body: []).detail.contains("https://x"))
        let busy = Refusal(
            status: 429, headers: ["retry-after": "7"],
            body: Array(#"{"code":"too_many_requests","detail":"Slowly."}"#.utf8))
        #expect(busy.lines == ["Slowly. Try again in 7 s."])
    }

    @Test(
        "exit codes tell refusals, absence and missing rights apart",
        arguments: [(401, 4), (403, 4), (404, 1), (500, 1)])
    func codes(status: Int, code: Int) {
        #expect(ClientFailure.refused(Refusal(status: status, code: "", detail: "")).exitCode == Int32(code))
        #expect(ClientFailure.unreachable("").exitCode == 3)
        #expect(ClientFailure.failed("").exitCode == 1)
    }
}

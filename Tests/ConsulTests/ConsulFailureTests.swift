import Testing

@testable import Consul

@Suite struct ConsulFailureTests {
    @Test("A refusal repeats the first line of Consul's text, without control characters and secrets")
    func refused() {
        func reason(_ status: Int, _ body: String, secret: String? = nil) -> String {
            ConsulFailure.refused(status: status, body: body, secret: secret).reason
        }
        #expect(reason(500, "No cluster leader") == "Consul answered 500: No cluster leader")
        #expect(reason(500, "rpc error\nmore\n") == "Consul answered 500: rpc error")
        #expect(reason(429, "") == "Consul answered 429")
        #expect(reason(503, "\u{7}\u{1B}") == "Consul answered 503")
        #expect(reason(403, "token s3cret not found", secret: "s3cret") == "Consul answered 403: token … not found")
        #expect(reason(500, String(repeating: "x", count: 5000)).count == "Consul answered 500: ".count + 201)
    }
}

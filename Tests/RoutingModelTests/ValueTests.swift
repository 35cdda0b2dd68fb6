import RoutingModel
import Testing

@Suite struct ValueTests {
    @Test(
        "names are 1 to 63 of a-z 0-9 . _ - and begin with a letter or digit",
        arguments: ["a", "0", "a.b_c-d", String(repeating: "a", count: 63)])
    func goodNames(name: String) { #expect(RuleName.isValid(name)) }

    @Test(
        "other names are refused",
        arguments: ["", "A", "-a", ".a", "a b", "ä", "a/b", String(repeating: "a", count: 64)])
    func badNames(name: String) { #expect(!RuleName.isValid(name)) }

    @Test(
        "hosts are names, IPs, wildcards or a star",
        arguments: ["a", "a.b", "*.a.b", "*", "10.0.0.1", "[::1]", "A.Example", "x_y.z"])
    func goodHosts(text: String) { #expect(HostPattern(text) != nil) }

    @Test(
        "other hosts are refused",
        arguments: ["", "a:80", "*.", "*a.b", "a.*.b", "a..b", "-a.b", "a b", "http://a", "[::1", "*.*"])
    func badHosts(text: String) { #expect(HostPattern(text) == nil) }

    @Test("a request's host is compared in lower case, without port and final dot")
    func normalizing() {
        #expect(HostPattern.normalize("Star.TEST.:8080") == "star.test")
        #expect(HostPattern.normalize("[::1]:8080") == "[::1]")
        #expect(HostPattern.normalize("") == "")
        #expect(HostPattern.normalize("[0:0:0:0:0:0:0:1]:80") == HostPattern("[::1]")?.description)
    }

    @Test("regular expressions are RE2's and match the whole value")
    func regularExpressions() throws {
        let regex = try RegularExpression("/v[0-9]+")
        #expect(regex.matches("/v12"))
        #expect(!regex.matches("/v12/x"))
        #expect(throws: RegularExpression.Refused.self) { try RegularExpression("(a)\\1") }
        #expect(throws: RegularExpression.Refused.self) { try RegularExpression("a(?=b)") }
        #expect(try RegularExpression("").matches(""))
        // Exponential for a backtracking engine.
        #expect(!(try RegularExpression("(a*)*b").matches(String(repeating: "a", count: 10_000))))
    }

    @Test("times are read with any offset and printed in UTC with milliseconds")
    func timestamps() {
        #expect(Timestamp(rfc3339: "2026-01-31T13:00:00+01:00")?.description == "2026-01-31T12:00:00.000Z")
        #expect(Timestamp(rfc3339: "2026-01-31T12:00:00.250Z")?.milliseconds == 1_769_860_800_250)
        for fraction in 0..<1_000 {
            let time = Timestamp(milliseconds: 1_763_800_000_000 + Int64(fraction))
            #expect(Timestamp(rfc3339: time.description) == time)
        }
        #expect(Timestamp(rfc3339: "yesterday") == nil)
        for milliseconds in Int64(1_795_388_400_000)..<1_795_388_402_000 {
            let moment = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(rfc3339: moment.description) == moment)
        }
        // RFC 3339 allows any offset below a day, though no country has it.
        #expect(Timestamp(rfc3339: "2026-01-31T12:00:00-19:15")?.description == "2026-02-01T07:15:00.000Z")
        #expect(Timestamp(rfc3339: "2026-01-31T12:00:00+24:00") == nil)
    }

    @Test("peer ids tell instances and listed addresses apart")
    func peerIDs() {
        #expect(PeerID(node: "n1", serviceID: "star-1").description == "n1~star-1")
        #expect(PeerID(staticAddress: "::1", port: 80).description == "static~[::1]:80")
    }
}

import Foundation
import RoutingModel
import Testing

@Suite("Settings that can't be are refused, each with a sentence at its place")
struct SettingsValidationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let rule: String
        /// `pointer: message`.
        let problems: [String]
        var testDescription: String { String(rule.prefix(100)) }

        init(_ rule: String, _ problems: String...) {
            self.rule = rule
            self.problems = problems
        }
    }

    private func problems(_ command: RuleCommand, in rules: RuleSet = RuleSet()) throws -> [String] {
        do {
            _ = try rules.plan(command, at: Timestamp(milliseconds: 0))
            return []
        } catch let problem as Problem {
            return problem.errors.map { "\($0.pointer): \($0.message)" }
        }
    }

    @Test("of groups", arguments: groups)
    func group(_ example: Case) throws {
        let document = Data(#"{"peers":[],\#(example.rule)}"#.utf8)
        #expect(try problems(.putGroup("g", document)).sorted() == example.problems.sorted())
    }

    private static let duration = "must be a duration such as '30s' or '250ms'"

    static let groups: [Case] = [
        Case(#""slow_start":"0s""#, "/slow_start: must be from 1ms to 1h"),
        Case(#""slow_start":"61m""#, "/slow_start: must be from 1ms to 1h"),
        Case(#""slow_start":"soon""#, "/slow_start: \(duration)"),
        Case(#""slow_start":"-1s""#, "/slow_start: \(duration)"),
        Case(#""slow_start":"1h""#),
        Case(#""max_connections":0"#, "/max_connections: must be from 1 to 1000000"),
        Case(#""max_connections":1000001"#, "/max_connections: must be from 1 to 1000000"),
        Case(#""max_connections":1000000"#),
        Case(#""tls":{"server_name":"10.0.0.1"}"#, "/tls/server_name: must be a host name"),
        Case(#""tls":{"server_name":"[::1]"}"#, "/tls/server_name: must be a host name"),
        Case(#""tls":{"server_name":"*.a.test"}"#, "/tls/server_name: must be a host name"),
        Case(#""tls":{"server_name":"a.test:443"}"#, "/tls/server_name: must be a host name"),
        Case(#""tls":{"server_name":""}"#, "/tls/server_name: must be a host name"),
        Case(#""tls":{"ca":""}"#, "/tls/ca: must be PEM with at least one certificate"),
        Case(#""tls":{"ca":"/etc/ssl/ca.pem"}"#, "/tls/ca: must be PEM with at least one certificate"),
        Case(#""tls":{"ca":"-----BEGIN CERTIFICATE-----\nAAAA"}"#, "/tls/ca: has a certificate that isn't PEM"),
        Case(
            #""tls":{"ca":"-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----"}"#,
            "/tls/ca: has a certificate that isn't PEM"),
        Case(
            #""tls":{"ca":"\#(SettingsExamples.certificate)-----BEGIN EC PRIVATE KEY-----\nAAAA"}"#,
            "/tls/ca: has a private key, which is no part of a rule"),
        Case(
            #""tls":{"ca":"\#(String(repeating: "a", count: 131_073))"}"#, "/tls/ca: is longer than 131072 bytes"),
        Case(#""tls":{"ca":"\#(SettingsExamples.certificate)\#(SettingsExamples.certificate)"}"#),
        Case(
            #""health":{"passive":{"consecutive_failures":0,"consecutive_5xx":-1,"#
                + #""ejection_time":"0ms","max_ejected":101}}"#,
            "/health/passive/consecutive_failures: must be from 1 to 1000",
            "/health/passive/consecutive_5xx: must be from 0 to 1000",
            "/health/passive/ejection_time: must be from 1ms to 24h",
            "/health/passive/max_ejected: must be a percentage from 0 to 100 with at most two decimals"),
        Case(
            #""health":{"passive":{"ejection_time":"1m","max_ejection_time":"30s"}}"#,
            "/health/passive/max_ejection_time: is shorter than 'ejection_time'"),
        Case(
            #""health":{"passive":{"ejection_time":"1m","max_ejection_time":"25h"}}"#,
            "/health/passive/max_ejection_time: must be from 1ms to 24h"),
        Case(
            #""health":{"active":{"interval":"99ms","timeout":"2h","healthy_after":0,"unhealthy_after":1001}}"#,
            "/health/active/interval: must be from 100ms to 1h", "/health/active/timeout: must be from 1ms to 1h",
            "/health/active/healthy_after: must be from 1 to 1000",
            "/health/active/unhealthy_after: must be from 1 to 1000"),
        Case(
            #""health":{"active":{"http":{"path":"up","host":"a b","statuses":[]}}}"#,
            "/health/active/http/path: must begin with '/'",
            "/health/active/http/host: must be a host name or an IP address (IPv6 in brackets), perhaps with a port",
            "/health/active/http/statuses: must have at least one entry"),
        Case(
            #""health":{"active":{"http":{"path":"/ü p#"}}}"#,
            "/health/active/http/path: has a blank, a control character, '#' or what must be percent-encoded"),
        Case(
            #""health":{"active":{"http":{"path":"/","statuses":["200","99","600","300-200","2xx","200-","200-299"]}}}"#,
            "/health/active/http/statuses/1: \(status)", "/health/active/http/statuses/2: \(status)",
            "/health/active/http/statuses/3: \(status)", "/health/active/http/statuses/4: \(status)",
            "/health/active/http/statuses/5: \(status)"),
        Case(
            #""health":{"active":{"http":{"path":"/","statuses":[\#(list(33, "200"))]}}}"#,
            "/health/active/http/statuses: has more than 32 entries"),
        Case(
            #""balance":{"policy":"consistent_hash","hash_on":{"header":"a b"}}"#,
            "/balance/hash_on/header: must be a header name"),
        Case(
            #""consul":{"service":"s","exclude_tags":["x"],"backup_tags":["x",""]}"#,
            "/consul/backup_tags/0: names 'x', which 'exclude_tags' keeps out",
            "/consul/backup_tags/1: must not be empty"),
        Case(
            #""consul":{"service":"s","backup_tags":[\#(list(257))]}"#,
            "/consul: has more than 256 tags and meta values"),
    ]

    /// Texts, each another one unless `text` is given.
    private static func list(_ count: Int, _ text: String? = nil) -> String {
        (0..<count).map { "\"\(text ?? "t\($0)")\"" }.joined(separator: ",")
    }

    private static let long = (0..<5).map { #""h\#($0)":"\#(String(repeating: "a", count: 4_000))""# }
        .joined(separator: ",")

    private static let status = "must be a status such as '200' or a range such as '200-299', from 100 to 599"

    @Test("of routes", arguments: routes)
    func route(_ example: Case) throws {
        var rules = RuleSet()
        let group = Data(#"{"peers":[]}"#.utf8)
        rules.apply(try rules.plan(.putGroup("g", group), at: Timestamp(milliseconds: 0)), revision: 1)
        let split = example.rule.contains("\"split\"") ? "" : #""split":[{"group":"g","weight":100}],"#
        let document = Data("{\(split)\(example.rule)}".utf8)
        #expect(try problems(.putRoute("r", document), in: rules).sorted() == example.problems.sorted())
    }

    private static let framing = "can't be changed: it is about the connection or the framing of the message"
    private static let name = "must have a header's name: 1 to 128 letters, digits and !#$%&'*+-.^_`|~"

    static let routes: [Case] = [
        Case(
            #""retry":{"attempts":11,"per_try_timeout":"0s","on":[],"min_per_second":-1}"#,
            "/retry/attempts: must be from 0 to 10", "/retry/per_try_timeout: must be from 1ms to 1h",
            "/retry/on: must have at least one entry: 'attempts' 0 is without retries",
            "/retry/min_per_second: must be from 0 to 1000000"),
        Case(
            #""retry":{"on":["reset","500","reset"]}"#,
            "/retry/on/1: must be one of connect_failure, reset, timeout, 502, 503, 504, not '500'",
            "/retry/on/2: lists reset a second time"),
        Case(#""retry":{"attempts":0,"on":["timeout"],"budget":0,"min_per_second":0}"#),
        Case(
            #""timeouts":{"connect":"61m","response":"0s","idle":"25h","total":"1440m1ms"}"#,
            "/timeouts/connect: must be from 1ms to 1h", "/timeouts/response: must be from 1ms to 24h",
            "/timeouts/idle: must be from 1ms to 24h", "/timeouts/total: must be from 1ms to 24h"),
        Case(#""timeouts":{"total":"24h"}"#),
        Case(#""rewrite":{"path_prefix":"v2"}"#, "/rewrite/path_prefix: must begin with '/'"),
        Case(
            #""rewrite":{"path_prefix":"/a?b"}"#,
            "/rewrite/path_prefix: has a blank, a control character, '?', '#' or what must be percent-encoded"),
        Case(
            #""rewrite":{"path_prefix":"/a\r\nb"}"#,
            "/rewrite/path_prefix: has a blank, a control character, '?', '#' or what must be percent-encoded"),
        Case(
            #""rewrite":{"path_prefix":"/\#(String(repeating: "a", count: 2_048))"}"#,
            "/rewrite/path_prefix: is longer than 2048 bytes"),
        Case(
            #""match":{"path":{"exact":"/a"}},"rewrite":{"path_prefix":"/b"}"#,
            "/rewrite/path_prefix: is only for routes that match their path by prefix"),
        Case(
            #""match":{"path":{"regex":"/a"}},"rewrite":{"path_prefix":"/b","host":"a.test"}"#,
            "/rewrite/path_prefix: is only for routes that match their path by prefix"),
        Case(#""match":{"path":{"exact":"/a"}},"rewrite":{"host":"a.test"}"#),
        Case(#""rewrite":{"path_prefix":"/%C3%BC/"}"#),
        Case(#""rewrite":{"host":"*.a.test"}"#, "/rewrite/host: \(authority)"),
        Case(#""rewrite":{"host":"http://a"}"#, "/rewrite/host: \(authority)"),
        Case(#""rewrite":{"host":"a.test:"}"#, "/rewrite/host: \(authority)"),
        Case(#""rewrite":{"host":"a.test:0"}"#, "/rewrite/host: \(authority)"),
        Case(#""rewrite":{"host":"a.test:65536"}"#, "/rewrite/host: \(authority)"),
        Case(#""rewrite":{"host":"::1"}"#, "/rewrite/host: \(authority)"),
        Case(#""rewrite":{"host":"[::1]:80"}"#), Case(#""rewrite":{"host":"[::1]"}"#),
        Case(#""rewrite":{"host":"10.0.0.1:80"}"#),
        Case(#""mirror":{"group":"nope"}"#, "/mirror/group: names group 'nope', which doesn't exist"),
        Case(#""mirror":{"group":"g","percent":0}"#),
        Case(
            #""request_headers":{"set":{"a b":"1","":"2"},"add":{"ü":"3"},"remove":["x:y"]}"#,
            "/request_headers/set/a b: \(name)", "/request_headers/set/: \(name)", "/request_headers/add/ü: \(name)",
            "/request_headers/remove/0: \(name)"),
        Case(
            #""request_headers":{"set":{"a":"x\r\ny: z","b":" c","d":"e ","f":"\t","g":"\u007f"}}"#,
            "/request_headers/set/a: has a control character", "/request_headers/set/b: begins or ends with a blank",
            "/request_headers/set/d: begins or ends with a blank", "/request_headers/set/f: has a control character",
            "/request_headers/set/g: has a control character"),
        Case(
            #""request_headers":{"set":{"X-A":"1","x-a":"2"},"remove":["b","B"]}"#,
            "/request_headers/set/x-a: names header 'x-a' a second time",
            "/request_headers/remove/1: names header 'b' a second time"),
        Case(#""request_headers":{"set":{"a":"1"},"add":{"A":"2"},"remove":["a"]}"#),
        Case(
            #""request_headers":{"set":{"Host":"a"},"remove":["HOST"]}"#,
            "/request_headers/set/Host: can't be changed here: use 'rewrite.host'",
            "/request_headers/remove/0: can't be changed here: use 'rewrite.host'"),
        Case(#""response_headers":{"set":{"Host":"a"}}"#, "/response_headers/set/Host: is no header of a response"),
        Case(
            #""response_headers":{"set":{"Connection":"a","Keep-Alive":"a","Proxy-Connection":"a","TE":"a"},"#
                + #""add":{"Transfer-Encoding":"a","content-length":"1"},"remove":["Trailer","upgrade"]}"#,
            "/response_headers/set/Connection: \(framing)", "/response_headers/set/Keep-Alive: \(framing)",
            "/response_headers/set/Proxy-Connection: \(framing)", "/response_headers/set/TE: \(framing)",
            "/response_headers/add/Transfer-Encoding: \(framing)", "/response_headers/add/content-length: \(framing)",
            "/response_headers/remove/0: \(framing)", "/response_headers/remove/1: \(framing)"),
        Case(
            #""response_headers":{"remove":[\#(list(65))]}"#,
            "/response_headers: has more than 64 changes"),
        Case(
            #""request_headers":{"add":{"a":"\#(String(repeating: "a", count: 4_097))"}}"#,
            "/request_headers/add/a: is longer than 4096 bytes"),
        Case(
            #""request_headers":{"add":{\#(long)}}"#,
            "/request_headers: has names and values of more than 16384 bytes together"),
        Case(
            #""split":[{"group":"g","weight":100,"request_headers":{"set":{"te":"a"}},"#
                + #""response_headers":{"remove":["te"]}}]"#,
            "/split/0/request_headers/set/te: \(framing)", "/split/0/response_headers/remove/0: \(framing)"),
        Case(
            #""split":[],"retry":{"attempts":99}"#, "/split: must have at least one entry",
            "/retry/attempts: must be from 0 to 10"),
    ]

    private static let authority = "must be a host name or an IP address (IPv6 in brackets), perhaps with a port"

    @Test("the examples that say everything are as they should be")
    func examples() throws {
        #expect(try problems(.putGroup("g", Data(SettingsExamples.group.utf8))).isEmpty)
        let unknown = ["/mirror/group", "/split/0/group", "/split/1/group"]
        let found = try problems(.putRoute("r", Data(SettingsExamples.route.utf8)))
        #expect(found.map { String($0.prefix { $0 != ":" }) }.sorted() == unknown)
    }

    @Test("statuses are one or a range")
    func statuses() {
        #expect(StatusRange.parse("204") == 204...204)
        #expect(StatusRange.parse("100-599") == 100...599)
        for text in ["", "-", "20", "2000", "+200", "200-299-300", "200 - 299", "٢٠٠", "600"] {
            #expect(StatusRange.parse(text) == nil, "\(text)")
        }
    }
}

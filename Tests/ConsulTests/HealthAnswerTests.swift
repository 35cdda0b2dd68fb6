import NIOCore
import NIOHTTP1
import RoutingModel
import Testing

@testable import Consul

@Suite struct HealthAnswerTests {
    private static let leader: HTTPHeaders = ["X-Consul-Index": "42", "X-Consul-KnownLeader": "true"]

    private func read(_ body: String, headers: HTTPHeaders = leader) throws -> HealthAnswer {
        try HealthAnswer(
            to: ServiceKey(name: "star"), ConsulResponse(headers: headers, body: ByteBuffer(string: body)))
    }

    private func reason(_ body: String, headers: HTTPHeaders = leader) -> String {
        let failure = #expect(throws: ConsulFailure.self) { try read(body, headers: headers) }
        #expect(failure?.kind == .unbelievable)
        return failure?.reason ?? ""
    }

    @Test("A full entry of Consul 1.8.7 is read whole")
    func full() throws {
        let answer = try read(
            """
            [{"Node": {"ID": "1d4c", "Node": "n1", "Address": "10.0.0.1", "Datacenter": "dc1",
                "TaggedAddresses": {"lan": "10.0.0.1"}, "Meta": {"consul-network-segment": ""}, "CreateIndex": 1},
              "Service": {"ID": "star-1", "Service": "star", "Tags": ["v1", "eu"], "Address": "10.0.0.9",
                "TaggedAddresses": {"lan": {"Address": "10.0.0.9", "Port": 80}}, "Meta": {"version": "1"}, "Port": 80,
                "Weights": {"Passing": 10, "Warning": 2}, "EnableTagOverride": false, "Proxy": {}, "Connect": {}},
              "Checks": [{"CheckID": "serfHealth", "Status": "passing", "Output": "x"},
                {"CheckID": "service:star-1", "Status": "warning", "ServiceTags": []}]}]
            """)
        #expect(answer.index == 42)
        #expect(answer.skipped.isEmpty)
        #expect(
            answer.instances == [
                Instance(
                    node: "n1", serviceID: "star-1", service: "star", address: "10.0.0.9", port: 80,
                    tags: ["eu", "v1"], meta: ["version": "1"], weights: InstanceWeights(passing: 10, warning: 2),
                    health: .warning)
            ])
        #expect(answer.instances.first?.id.description == "n1~star-1")
    }

    @Test(
        "Absent and null members take their defaults, and the node's address stands in",
        arguments: [
            #"{"Node": {"Node": "n", "Address": "10.0.0.1"}, "Service": {"ID": "s", "Port": 80}}"#,
            #"""
            {"Node": {"Node": "n", "Address": "10.0.0.1", "Meta": null}, "Checks": null,
             "Service": {"ID": "s", "Port": 80, "Service": null, "Address": null, "Tags": null, "Meta": null,
              "Weights": null}}
            """#,
            #"""
            {"Node": {"Node": "n", "Address": "10.0.0.1"}, "Checks": [null], "Service": {"ID": "s", "Port": 80,
             "Address": "", "Tags": [null], "Meta": {"a": null}, "Weights": {"Passing": null}}}
            """#,
        ])
    func nulls(entry: String) throws {
        let answer = try read("[\(entry)]")
        #expect(
            answer.instances == [Instance(node: "n", serviceID: "s", service: "star", address: "10.0.0.1", port: 80)])
        #expect(answer.skipped.isEmpty)
    }

    @Test(
        "An entry that can't be a peer is skipped with a reason",
        arguments: [
            (#""Address": "10.0.0.1""#, "no port"), (#""Address": "10.0.0.1", "Port": 0"#, "no port"),
            (#""Address": "10.0.0.1", "Port": 70000"#, "outside"), (#""Address": "10.0.0.1", "Port": -1"#, "outside"),
            (#""Port": 80"#, "Neither"), (#""Port": 80, "Address": """#, "Neither"),
            (#""Port": 80, "Address": "a b\r\nc""#, "neither an IP"),
            (#""Port": 80, "Address": "a:80""#, "neither an IP"),
        ])
    func skipped(members: String, reason: String) throws {
        let answer = try read(
            #"""
            [{"Node": {"Node": "n"}, "Service": {"ID": "s", \#(members)}},
             {"Node": {"Node": "n", "Address": "10.0.0.1"}, "Service": {"ID": "t", "Port": 80}}]
            """#)
        #expect(answer.instances.map(\.serviceID) == ["t"])
        #expect(answer.skipped.map(\.id) == [PeerID(node: "n", serviceID: "s")])
        #expect(answer.skipped.first?.reason.contains(reason) == true)
    }

    @Test("Of two entries with the same node and id the first counts")
    func duplicates() throws {
        func entry(_ port: Int) -> String {
            #"{"Node": {"Node": "n", "Address": "10.0.0.1"}, "Service": {"ID": "s", "Port": \#(port)}}"#
        }
        let answer = try read("[\(entry(1)), \(entry(2)), \(entry(3))]")
        #expect(answer.instances.map(\.port) == [1])
        #expect(answer.skipped.count == 2)
        #expect(answer.skipped.allSatisfy { $0.id == PeerID(node: "n", serviceID: "s") })
    }

    @Test("The order of Consul's list doesn't matter")
    func order() throws {
        func entry(_ id: String) -> String {
            #"{"Node": {"Node": "n", "Address": "10.0.0.1"}, "Service": {"ID": "\#(id)", "Port": 80}}"#
        }
        let answer = try read("[\(entry("a")), \(entry("b"))]")
        let other = try read("[\(entry("b")), \(entry("a"))]", headers: ["X-Consul-Index": "43"])
        #expect(answer.digest == other.digest)
        #expect(answer != other)
    }

    @Test("Weights outside Consul's range are brought into it")
    func weights() throws {
        let answer = try read(
            #"""
            [{"Node": {"Node": "n", "Address": "a"},
              "Service": {"ID": "s", "Port": 80, "Weights": {"Passing": 70000, "Warning": -1}}}]
            """#)
        #expect(answer.instances.first?.weights == InstanceWeights(passing: 65535, warning: 0))
    }

    @Test(
        "Health: maintenance > critical > warning > passing; no checks is passing",
        arguments: [
            ([], .passing), ([("a", "passing")], .passing), ([("a", "passing"), ("b", "warning")], .warning),
            ([("a", "critical"), ("b", "warning"), ("c", "passing")], .critical),
            ([("a", "critical"), ("_node_maintenance", "critical")], .maintenance),
            ([("_service_maintenance:s", "critical"), ("b", "warning")], .maintenance),
            ([("_service_maintenance", "critical")], .critical), ([("a", "odd"), ("b", "warning")], .critical),
        ] as [([(String, String)], Health)])
    func health(checks: [(String, String)], health: Health) {
        #expect(HealthEntry.aggregate(checks.map { HealthEntry.Check(id: $0.0, status: $0.1) }) == health)
    }

    @Test(
        "A body that is no list of entries is a failure, never an empty answer",
        arguments: [
            "", "null", "{}", #""text""#, "[1]", "[{}]", "[null]", #"[{"Node": {"Node": "n"}}]"#,
            #"[{"Node": {}, "Service": {"ID": "s"}}]"#, #"[{"Node": {"Node": "n"}, "Service": {}}]"#,
            #"[{"Node": {"Node": "n"}, "Service": {"ID": "s", "Port": "80"}}]"#, "[", "[]x",
            #"[{"Node": {"Node": "n", "Address": "#, "\u{0}", "No cluster leader",
        ])
    func unreadable(body: String) {
        #expect(reason(body).hasPrefix("Consul's answer is not a list of instances"))
    }

    @Test("The reason names the place")
    func place() {
        let reason = reason(#"[{"Node": {"Node": "n"}, "Service": {"ID": "s", "Port": "80"}}]"#)
        #expect(reason.contains("[0].Service.Port"), "\(reason)")
    }

    @Test("An empty list is believed only with a leader")
    func emptyWithoutLeader() throws {
        #expect(try read("[]").instances.isEmpty)
        for value in ["false", ""] {
            let reason = reason("[]", headers: ["X-Consul-Index": "1", "X-Consul-KnownLeader": value])
            #expect(reason.contains("no leader"))
        }
        #expect(reason("[]", headers: [:]).contains("no leader"))
    }

    @Test("Instances are believed without a leader: they did exist")
    func instancesWithoutLeader() throws {
        let body = #"[{"Node": {"Node": "n", "Address": "a"}, "Service": {"ID": "s", "Port": 80}}]"#
        let answer = try read(body, headers: ["X-Consul-Index": "7", "X-Consul-KnownLeader": "false"])
        #expect(answer.instances.count == 1)
        #expect(answer.index == 7)
    }

    @Test("An answer that access rules have filtered is a failure")
    func filtered() {
        var headers = Self.leader
        headers.add(name: "X-Consul-Results-Filtered-By-ACLs", value: "true")
        #expect(reason("[]", headers: headers).contains("access rules"))
    }

    @Test("An index that is no number counts as missing", arguments: ["", "x", "-1", "1.5", "99999999999999999999"])
    func badIndex(text: String) throws {
        #expect(try read("[]", headers: ["X-Consul-Index": text, "X-Consul-KnownLeader": "true"]).index == nil)
    }
}

import Foundation
import RoutingEngine
import RoutingModel

/// The cases of `conformance/*.json`; the format is described beside them.
struct ConformanceFile: Decodable {
    let about: String
    let cases: [ConformanceCase]

    /// Every file of the folder, by name.
    static func all() throws -> [(file: String, content: ConformanceFile)] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "conformance").resolvingSymlinksInPath()
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { ($0.lastPathComponent, try JSONDecoder().decode(ConformanceFile.self, from: Data(contentsOf: $0))) }
    }
}

struct ConformanceCase: Decodable {
    struct Request: Decodable {
        let method: String?
        let host: String?
        let path: String?
        let headers: [[String]]?
        let source_ip: String?

        var facts: RequestFacts {
            RequestFacts(
                method: method ?? "GET", authority: host ?? "star.test", target: path ?? "/",
                headers: (headers ?? []).map { (name: $0[0], value: $0[1]) }, sourceIP: source_ip ?? "192.0.2.1")
        }
    }

    struct Expectation: Decodable {
        let status: Int?
        let route: String?
        let group: String?
        let groups: [String]?
        let bucket: Int?
        let forced: Bool?
    }

    struct Check: Decodable {
        let request: Request?
        let expect: Expectation
    }

    let name: String
    let groups: [String: Int]
    let routes: [String: JSONValue]
    let request: Request?
    let expect: Expectation?
    let requests: [Check]?

    var checks: [Check] { (expect.map { [Check(request: request, expect: $0)] } ?? []) + (requests ?? []) }

    /// The rules as an operator would write them, through the validation that operators get.
    func rules() throws -> RuleSet {
        var rules = RuleSet()
        func run(_ command: RuleCommand) throws {
            let changes = try rules.plan(command, at: Timestamp(milliseconds: 0))
            rules.apply(changes, revision: rules.revision + 1)
        }
        for (name, count) in groups {
            let peers: [JSONValue] = (0..<count).map { ["address": "127.0.0.1", "port": .integer(Int64(9_000 + $0))] }
            try run(.putGroup(name, CanonicalJSON.data(["peers": JSONValue.array(peers)])))
        }
        for (name, document) in routes { try run(.putRoute(name, CanonicalJSON.data(document))) }
        return rules
    }

    func snapshot() throws -> Snapshot {
        Resolution(rules: try rules(), catalog: Catalog()).snapshot(index: 1, revision: 1)
    }
}

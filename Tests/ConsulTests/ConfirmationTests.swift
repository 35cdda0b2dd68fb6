import Consul
import NIOHTTP1
import RoutingModel
import TestKit
import Testing

/// What is asked before an answer that takes too much away is believed.
@Suite(.timeLimit(.minutes(2))) struct ConfirmationTests {
    private typealias Answer = TestHTTPServer.Answer

    private static let none = ScriptedConsul.list(index: 9)
    private static let catalogue = Answer(body: #"{"consul": [], "moon": ["v1", "v2"]}"#)

    /// Confirms with a Consul that holds every other question.
    private func confirm(
        _ keys: [ServiceKey], health: Answer = none, catalogue: Answer = catalogue
    ) async throws -> (confirmations: [DiscoveryConfirmation], questions: [String]) {
        try await withTestHTTPServer { request in
            if request.head.uri.hasPrefix("/v1/catalog/services") { return catalogue }
            if request.head.uri.contains("consistent") { return health }
            await neverEnding()
            return .none
        } _: { server in
            let configuration = try ConsulConfiguration(address: server.url)
            return try await withDiscovery(configuration, watching: "star") { discovery, _ in
                try await eventually("the watch runs") { !server.requests.isEmpty }
                let confirmations = await withTaskGroup { group in
                    for key in keys { group.addTask { await discovery.confirm(key) } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                return (confirmations, server.requests.map(\.head.uri).filter { $0.contains("consistent") })
            }
        }
    }

    @Test("With no instance left, the catalogue's names come with the answer")
    func empty() async throws {
        let (confirmations, questions) = try await confirm([ServiceKey(name: "star")])
        let confirmation = try #require(confirmations.first)
        #expect(confirmation.observation.outcome == .answer(consulIndex: 9, instances: [], skipped: []))
        #expect(confirmation.catalogue == ["consul", "moon"])
        #expect(questions == ["/v1/health/service/star?consistent", "/v1/catalog/services?consistent"])
    }

    @Test("The catalogue is that of the service's datacenter")
    func datacenter() async throws {
        let (confirmations, questions) = try await confirm([ServiceKey(name: "star", datacenter: "eu west")])
        #expect(confirmations.first?.catalogue == ["consul", "moon"])
        #expect(
            questions == [
                "/v1/health/service/star?consistent&dc=eu%20west", "/v1/catalog/services?consistent&dc=eu%20west",
            ])
    }

    @Test("With instances left, it isn't asked for")
    func left() async throws {
        let (confirmations, questions) = try await confirm(
            [ServiceKey(name: "star")], health: ScriptedConsul.list(index: 9, "a"))
        #expect(confirmations.first?.catalogue == nil)
        #expect(questions.count == 1)
    }

    @Test(
        "A catalogue that can't be had is nil, and the answer counts all the same",
        arguments: [
            ScriptedConsul.error(), Answer(body: "null"), Answer(body: "[]"), Answer(body: "<html>"),
            Answer(headers: ["X-Consul-Results-Filtered-By-ACLs": "true"], body: "{}"), catalogue.cut(after: 20),
        ])
    func broken(catalogue: TestHTTPServer.Answer) async throws {
        let (confirmations, _) = try await confirm([ServiceKey(name: "star")], catalogue: catalogue)
        let confirmation = try #require(confirmations.first)
        #expect(confirmation.observation.outcome == .answer(consulIndex: 9, instances: [], skipped: []))
        #expect(confirmation.catalogue == nil)
    }

    @Test("Confirmations that come together share one catalogue per datacenter")
    func shared() async throws {
        let keys = (0..<200).map { ServiceKey(name: "s\($0)", datacenter: $0.isMultiple(of: 2) ? "" : "eu") }
        let (confirmations, questions) = try await confirm(keys)
        #expect(confirmations.count { $0.catalogue == ["consul", "moon"] } == 200)
        let catalogues = questions.filter { $0.contains("catalog") }
        // Two at least; more only when it takes more than 250 ms.
        #expect(Set(catalogues).count == 2)
        #expect(catalogues.count < 100, "\(catalogues.count)")
    }
}

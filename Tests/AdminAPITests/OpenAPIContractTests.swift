internal import ControlPlane
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import RoutingModel
internal import Testing

@testable internal import AdminAPI

@Suite("The contract, openapi.yaml")
struct OpenAPIContractTests {
    private let outline = OpenAPIOutline(String(decoding: PackageResources.openapi_yaml, as: UTF8.self))

    @Test("It lists exactly the endpoints that the API knows of, each once")
    func contractListsTheEndpoints() {
        #expect(Self.lines(outline.endpoints) == Self.lines(Endpoint.all))
        #expect(Set(outline.endpoints).count == outline.endpoints.count)
    }

    @Test("The router answers exactly the endpoints that the API knows of")
    func routerAnswersTheEndpoints() async throws {
        let controlPlane = try await ControlPlane(
            store: MemoryStore(), discovery: nil, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let router = AdminServer.router(
            controlPlane: controlPlane, token: AdminToken("a-token-of-these-tests"), metrics: PrometheusRegistry(),
            beforeScrape: {})
        // HEAD comes with every GET and is no endpoint of its own.
        let routes = router.routes.filter { $0.method != .head }.map { Endpoint($0.method, $0.path.description) }
        #expect(Self.lines(routes) == Self.lines(Endpoint.all))
    }

    @Test("Every operation has an id, and no other has the same")
    func operationsHaveIDs() {
        #expect(outline.operationIDs.count == outline.endpoints.count)
        #expect(Set(outline.operationIDs).count == outline.operationIDs.count)
    }

    @Test("Its enumerations are those of the code")
    func enumerationsAreTheCodes() {
        let enumerations = outline.enumerations
        #expect(enumerations["ProblemCode"] == Problem.Code.allCases.map(\.rawValue))
        #expect(enumerations["LedgerKind"] == LedgerKind.allCases.map(\.rawValue))
        #expect(enumerations["Health"] == Health.allCases.map(\.rawValue))
        #expect(enumerations["AccessRole"] == AccessRole.allCases.map(\.rawValue))
        #expect(enumerations["OnEmpty"] == OnEmpty.allCases.map(\.rawValue))
        #expect(enumerations["BalancePolicy"] == Balance.Policy.allCases.map(\.rawValue))
    }

    /// As text, so that a failure names what is missing.
    private static func lines(_ endpoints: [Endpoint]) -> [String] {
        endpoints.map { "\($0.path) \($0.method.rawValue)" }.sorted()
    }
}

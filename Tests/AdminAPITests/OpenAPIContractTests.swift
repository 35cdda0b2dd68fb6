import ControlPlane
import HTTPTypes
import Hummingbird
import Logging
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("The contract, openapi.yaml")
struct OpenAPIContractTests {
    private let contract: Contract

    init() throws { contract = try Contract() }

    @Test("It lists exactly the endpoints that the API knows of, each once")
    func contractListsTheEndpoints() {
        #expect(Self.lines(contract.endpoints) == Self.lines(Endpoint.all))
        #expect(Set(contract.endpoints).count == contract.endpoints.count)
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

    @Test("Every operation has an id of its own, a summary, a description, and a tag that is told of")
    func operationsAreDescribed() {
        let ids = contract.operations.map(\.id)
        #expect(Set(ids).count == ids.count)
        let tags = Set((contract.root["tags"]?.items ?? []).compactMap { $0["name"]?.text })
        for operation in contract.operations {
            let place = "\(operation.method) \(operation.path)"
            #expect(!operation.id.isEmpty, "\(place)")
            #expect(operation.node["summary"]?.text?.isEmpty == false, "\(place)")
            #expect(operation.node["description"]?.text?.isEmpty == false, "\(place)")
            let own = (operation.node["tags"]?.items ?? []).compactMap(\.text)
            #expect(own.count == 1 && tags.isSuperset(of: own), "\(place)")
        }
    }

    @Test("Every parameter of a path is declared, and every declared one is in the path")
    func pathParametersAreDeclared() {
        for operation in contract.operations {
            let named = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                $0.dropFirst().dropLast()
            }
            let declared = operation.parameters.filter { $0["in"]?.text == "path" }.compactMap { $0["name"]?.text }
            #expect(named.map(String.init).sorted() == declared.sorted(), "\(operation.method) \(operation.path)")
        }
    }

    @Test("Every operation has refusals, and each is a problem document with an example of that status")
    func refusalsAreProblemDocuments() {
        let codes = Set(contract.enumeration("ProblemCode"))
        for operation in contract.operations {
            let answers = Contract.answers(operation)
            // A path outside /v1 refuses little: 405, by `default`.
            let isV1 = operation.path.hasPrefix("/v1/")
            #expect(answers.contains { isV1 ? $0.status.hasPrefix("4") : $0.status == "default" }, "\(operation.id)")
            for (status, answer) in answers where !["2", "3"].contains(status.prefix(1)) {
                if operation.path == "/readyz", status == "503" { continue }
                let place = "\(operation.id) \(status)"
                let media = answer["content"]?["application/problem+json"]
                #expect(media?["schema"]?.referenceName == "Problem", "\(place)")
                let examples = media.map { ContractPage.examples(of: $0) } ?? []
                #expect(!examples.isEmpty, "\(place)")
                for (_, example) in examples {
                    let code = example["code"]?.text ?? ""
                    #expect(codes.contains(code), "\(place): \(code)")
                    let expected = Problem.Code(rawValue: code).map { "\(ProblemStatus.status(of: $0).code)" }
                    #expect(example["status"]?.text == expected, "\(place): \(code)")
                    #expect(status == "default" || status == expected, "\(place): \(code)")
                }
            }
        }
    }

    @Test("Everything under /v1 may be answered 401, and nothing else is")
    func unauthorizedIsTold() {
        for operation in contract.operations {
            let isTold = Contract.answers(operation).contains { $0.status == "401" }
            #expect(isTold == operation.path.hasPrefix("/v1/"), "\(operation.id)")
            #expect((operation.node["security"] == nil) == operation.path.hasPrefix("/v1/"), "\(operation.id)")
        }
    }

    @Test("Every body has an example, but the files")
    func bodiesHaveExamples() {
        for operation in contract.operations {
            let bodies =
                (operation.node["requestBody"].map { [("request", $0.resolved)] } ?? [])
                + Contract.answers(operation).map { ($0.status, $0.node) }
            for (what, body) in bodies {
                for (mediaType, media) in body["content"]?.members ?? []
                where !["application/vnd.sqlite3"].contains(mediaType) {
                    let place = "\(operation.id) \(what) \(mediaType)"
                    #expect(media["schema"] != nil, "\(place)")
                    #expect(!ContractPage.examples(of: media).isEmpty, "\(place)")
                }
            }
        }
    }

    @Test("Writes of rules take a dry run, conditions and a message")
    func writesTakeOptions() {
        let names = ["dry_run", "wait", "timeout", "If-Match", "If-None-Match", "X-Change-Message"]
        let writes = contract.operations.filter { operation in
            Contract.answers(operation).contains { $0.status == "412" }
        }
        #expect(writes.count == 12)
        for operation in writes {
            let parameters = Set(operation.parameters.compactMap { $0["name"]?.text })
            #expect(parameters.isSuperset(of: names), "\(operation.id)")
        }
    }

    @Test("Every reference leads somewhere, and every component is used")
    func referencesResolve() {
        let places = Contract.places(below: contract.root)
        var used: Set<String> = []
        for place in places {
            guard let reference = place.node["$ref"]?.text else { continue }
            used.insert(reference)
            #expect(place.node.resolved["$ref"] == nil, "\(place.path): \(reference)")
        }
        for (section, components) in contract.root["components"]?.members ?? [] where section != "securitySchemes" {
            for (name, _) in components.members {
                #expect(used.contains("#/components/\(section)/\(name)"), "\(section)/\(name)")
            }
        }
    }

    @Test("Links name operations that there are")
    func linksLeadToOperations() {
        let ids = Set(contract.operations.map(\.id))
        for (name, link) in contract.root["components"]?["links"]?.members ?? [] {
            #expect(ids.contains(link["operationId"]?.text ?? ""), "\(name)")
        }
    }

    @Test("Its enumerations are those of the code")
    func enumerationsAreTheCodes() {
        #expect(contract.enumeration("ProblemCode") == Problem.Code.allCases.map(\.rawValue))
        #expect(contract.enumeration("LedgerKind") == LedgerKind.allCases.map(\.rawValue))
        #expect(contract.enumeration("Health") == Health.allCases.map(\.rawValue))
        #expect(contract.enumeration("OnEmpty") == OnEmpty.allCases.map(\.rawValue))
        #expect(contract.enumeration("BalancePolicy") == Balance.Policy.allCases.map(\.rawValue))
        #expect(contract.enumeration("RetryCause") == RetryPolicy.Cause.allCases.map(\.rawValue))
        #expect(contract.enumeration("RuleAction") == RuleAction.allCases.map(\.rawValue))
        #expect(contract.enumeration("AccessRole") == AccessRole.allCases.map(\.rawValue))
    }

    /// As text, so that a failure names what is missing.
    private static func lines(_ endpoints: [Endpoint]) -> [String] {
        endpoints.map { "\($0.path) \($0.method.rawValue)" }.sorted()
    }
}

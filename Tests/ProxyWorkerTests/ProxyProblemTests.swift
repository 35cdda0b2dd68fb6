import RoutingModel
import Testing

@testable import ProxyWorker

@Suite struct ProxyProblemTests {
    @Test("A problem is a JSON document for every code", arguments: ProxyProblem.Code.allCases)
    func writesProblems(code: ProxyProblem.Code) throws {
        let problem = ProxyProblem(code)
        let tree = try CanonicalJSON.decode(JSONValue.self, from: problem.body)
        #expect(
            tree
                == .object([
                    "type": .string("about:blank"), "title": .string(code.title),
                    "status": .integer(Int64(code.status)),
                    "code": .string(code.rawValue), "detail": .string(code.detail),
                ])
        )
    }
}

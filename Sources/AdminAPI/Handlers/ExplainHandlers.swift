internal import ControlPlane
internal import Hummingbird
internal import RoutingEngine
internal import RoutingModel

/// Why a request goes where it goes, or went.
struct ExplainHandlers {
    let controlPlane: ControlPlane

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("explain") { request, _ in try await explain(request) }
        v1.post("explain") { request, context in
            try QueryParameters.refuseAll(request)
            let document = try await RequestBodyReader.decode(ExplainDocument.self, request, context, what: "request")
            return try await answer(document.facts, document.moment)
        }
    }

    /// A request as a URL, with what else there is to it.
    private func explain(_ request: Request) async throws -> Response {
        let query = QueryParameters(
            request, known: ["url", "method", "header", "source_ip", "at"], repeatable: ["header"])
        // What the path doesn't know is said before what it misses.
        try query.check()
        let url = query.text("url")
        let method = query.text("method") ?? "GET"
        let source = query.text("source_ip") ?? "127.0.0.1"
        let moment = query.moment("at")
        let problems = ProblemList()
        let facts = RequestFacts(
            url: url ?? "", method: method, headers: query.all("header"), sourceIP: source, problems: problems)
        query.say(problems)
        try query.check()
        guard let facts else { throw Problem(.invalidQuery, "The request can't be read.") }
        return try await answer(facts, moment)
    }

    private func answer(_ facts: RequestFacts, _ moment: Moment?) async throws -> Response {
        if let moment { return try .json(try await controlPlane.explain(facts, at: moment)) }
        return try .json(try await controlPlane.explain(facts))
    }
}

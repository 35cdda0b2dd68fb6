internal import ControlPlane
internal import Hummingbird
internal import RoutingModel

/// Why a request goes where it goes.
struct ExplainHandlers {
    let controlPlane: ControlPlane

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.post("explain") { request, context in
            try QueryParameters.refuseAll(request)
            let document = try await RequestBodyReader.decode(ExplainDocument.self, request, context, what: "request")
            if let moment = document.moment {
                return try Response.json(try await controlPlane.explain(document.facts, at: moment))
            }
            return try Response.json(try await controlPlane.explain(document.facts))
        }
    }
}

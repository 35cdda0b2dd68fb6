import AdminClient
import RoutingModel

/// Routes or groups: their commands are the same.
protocol RuleKind: Sendable {
    /// `route`
    static var name: String { get }
    /// `routes`, below `/v1`
    static var plural: String { get }
    static func list(_ page: inout Page, _ items: [JSONValue])
}

enum RouteKind: RuleKind {
    static let name = "route"
    static let plural = "routes"
    static func list(_ page: inout Page, _ items: [JSONValue]) { page.routes(items) }
}

enum GroupKind: RuleKind {
    static let name = "group"
    static let plural = "groups"
    static func list(_ page: inout Page, _ items: [JSONValue]) { page.groups(items) }
}

/// One entry of `GET /v1/health/service/:name`, as far as it is of use (`CheckServiceNode` in
/// `agent/structs/structs.go`). Everything but the identity may be absent or null.
struct HealthEntry: Decodable, Hashable {
    struct Node: Decodable, Hashable {
        let name: String
        let address: String?

        enum CodingKeys: String, CodingKey { case name = "Node", address = "Address" }
    }

    struct Service: Decodable, Hashable {
        let id: String
        let name: String?
        let tags: [String?]?
        let address: String?
        let meta: [String: String?]?
        let port: Int?
        let weights: Weights?

        enum CodingKeys: String, CodingKey {
            case id = "ID", name = "Service", tags = "Tags", address = "Address", meta = "Meta", port = "Port"
            case weights = "Weights"
        }
    }

    struct Weights: Decodable, Hashable {
        let passing: Int?
        let warning: Int?

        enum CodingKeys: String, CodingKey { case passing = "Passing", warning = "Warning" }
    }

    struct Check: Decodable, Hashable {
        let id: String?
        let status: String?

        enum CodingKeys: String, CodingKey { case id = "CheckID", status = "Status" }
    }

    let node: Node
    let service: Service
    let checks: [Check?]?

    enum CodingKeys: String, CodingKey { case node = "Node", service = "Service", checks = "Checks" }
}

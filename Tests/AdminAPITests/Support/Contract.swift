import HTTPTypes

@testable import AdminAPI

/// What tests read of `openapi.yaml`.
struct Contract {
    /// Something in the document, and where it is.
    struct Place {
        let path: String
        let node: ContractNode
    }

    let root: ContractNode

    /// The embedded document.
    /// - Throws: when it isn't YAML, or a member is there twice.
    init() throws {
        root = try ContractNode(yaml: String(decoding: PackageResources.openapi_yaml, as: UTF8.self))
    }

    var operations: [ContractPage.Operation] {
        (root["paths"]?.members ?? []).flatMap { path, item in
            item.members.filter { ContractPage.methods.contains($0.key) }.map { method, node in
                ContractPage.Operation(
                    method: method.uppercased(), path: path, id: node["operationId"]?.text ?? "", node: node,
                    parameters: ((item["parameters"]?.items ?? []) + (node["parameters"]?.items ?? [])).map(\.resolved))
            }
        }
    }

    var endpoints: [Endpoint] {
        operations.compactMap { operation in
            HTTPRequest.Method(operation.method).map { Endpoint($0, operation.path) }
        }
    }

    /// A schema by its name; the whole document when there is none of that name.
    func schema(_ name: String) -> ContractNode { root["components"]?["schemas"]?[name] ?? root }

    /// The values of a schema's `enum`.
    func enumeration(_ name: String) -> [String] { (schema(name)["enum"]?.items ?? []).compactMap(\.text) }

    /// Everything that there is below a node, itself included.
    static func places(below node: ContractNode, path: String = "") -> [Place] {
        let members = node.members.flatMap { places(below: $0.value, path: "\(path)/\($0.key)") }
        let items = node.items.enumerated().flatMap { places(below: $0.element, path: "\(path)/\($0.offset)") }
        return [Place(path: path, node: node)] + members + items
    }

    /// Every answer of an operation by status.
    static func answers(_ operation: ContractPage.Operation) -> [(status: String, node: ContractNode)] {
        (operation.node["responses"]?.members ?? []).map { ($0.key, $0.value.resolved) }
    }
}

/// Names a service to watch: its name and the datacenter (empty: the agent's own).
package struct ServiceKey: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let name: String
    package let datacenter: String

    package init(name: String, datacenter: String = "") {
        self.name = name
        self.datacenter = datacenter
    }

    package var description: String { datacenter.isEmpty ? name : "\(name)@\(datacenter)" }

    package static func < (left: ServiceKey, right: ServiceKey) -> Bool {
        (left.name, left.datacenter) < (right.name, right.datacenter)
    }
}

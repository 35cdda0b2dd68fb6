package import NIOCore
package import NIOHTTP1

/// A request that came to a `FaultProxy`.
package struct FaultRequest: Sendable {
    package let method: HTTPMethod
    /// Path and query.
    package var uri: String
    package let headers: HTTPHeaders
    package let body: ByteBuffer

    package var path: String { String(uri.prefix { $0 != "?" }) }

    /// The index that a blocking query of Consul asks from; nil in any other request.
    package var index: UInt64? {
        get { parameter("index").flatMap { UInt64($0) } }
        set { setParameter("index", newValue.map { "\($0)" }) }
    }

    /// Whether it asks Consul for the instances of a service.
    package var isHealthQuestion: Bool { path.hasPrefix("/v1/health/service/") }

    /// Whether it asks Consul for the names of all services.
    package var isCatalogueQuestion: Bool { path == "/v1/catalog/services" }

    private var parameters: [Substring] { uri.dropFirst(path.count + 1).split(separator: "&") }

    private func parameter(_ name: String) -> Substring? {
        parameters.first { $0.hasPrefix("\(name)=") }?.dropFirst(name.count + 1)
    }

    private mutating func setParameter(_ name: String, _ value: String?) {
        var kept = parameters.filter { !$0.hasPrefix("\(name)=") }.map(String.init)
        if let value { kept.append("\(name)=\(value)") }
        uri = kept.isEmpty ? path : "\(path)?\(kept.joined(separator: "&"))"
    }
}

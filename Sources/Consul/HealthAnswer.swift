internal import Foundation
internal import NIOCore
internal import NIOFoundationCompat
internal import NIOHTTP1
internal import RoutingModel

/// A complete answer to a `HealthQuestion` that can be believed.
struct HealthAnswer: Hashable, Sendable {
    /// The header `X-Consul-Index`; nil when it is missing or no number.
    let index: UInt64?
    /// In the order of their ids, so that equal sets are equal.
    let instances: [Instance]
    /// In the order of their ids.
    let skipped: [SkippedInstance]
    /// Equal for answers that say the same about the service, whatever their index: it is kept in place of the
    /// instances, of which there may be many. It only decides how eagerly Consul is asked, never what is believed.
    let digest: Int

    /// Reads an answer with status 200.
    /// - Throws: `ConsulFailure` (`.unbelievable`) for an answer that says nothing sure about the service's instances.
    init(to service: ServiceKey, _ response: ConsulResponse) throws(ConsulFailure) {
        // Without rights the entries are left out rather than refused: it looks like "all gone".
        if response.isFiltered {
            throw ConsulFailure(
                kind: .unbelievable,
                reason: """
                    Consul's access rules hide instances of \(service); the token needs service:read and node:read
                    """)
        }
        let entries: [HealthEntry]
        do {
            entries = try HealthEntry.entries(in: response.body)
        } catch {
            throw ConsulFailure(kind: .unbelievable, reason: Self.sentence(for: error))
        }
        // A server that has lost its leader still answers `stale` questions, a new one perhaps before it has any data.
        // What it names did exist; that nothing exists is only believed when there is a leader.
        if entries.isEmpty, response.headers.first(name: "x-consul-knownleader")?.lowercased() != "true" {
            throw ConsulFailure(
                kind: .unbelievable,
                reason: "Consul has no leader and knows no instance of \(service), which proves nothing")
        }
        self.init(index: response.index, HealthEntry.resolve(entries, of: service))
    }

    /// - Parameter found: each in the order of their ids.
    init(index: UInt64?, _ found: ([Instance], [SkippedInstance])) {
        self.index = index
        (instances, skipped) = found
        var hasher = Hasher()
        hasher.combine(instances)
        hasher.combine(skipped)
        digest = hasher.finalize()
    }

    private static func sentence(for error: any Error) -> String {
        let context: DecodingError.Context
        switch error {
        case DecodingError.typeMismatch(_, let found), DecodingError.valueNotFound(_, let found),
            DecodingError.keyNotFound(_, let found), DecodingError.dataCorrupted(let found):
            context = found
        default:
            return "Consul's answer is not a list of instances"
        }
        let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        let place = path.isEmpty ? "" : " at \(path)"
        return "Consul's answer is not a list of instances\(place): \(context.debugDescription)"
    }
}

internal import Foundation
internal import RoutingEngine
internal import RoutingModel

/// A snapshot as it is sent and kept on disk, or what has changed in one: its objects are still text.
///
/// Source: `docs/worker-protocol.md`.
struct RoutingDocument: Sendable {
    let index: Int
    let revision: Int
    /// Of the whole snapshot, also when this is a delta; nil from a control plane that doesn't know it.
    let digest: SnapshotDigest?
    /// The index that this changes; nil for a whole snapshot.
    let deltaFrom: Int?
    /// In a delta null is an object that is gone.
    let groups: [JSONMembers.Member]
    let routes: [JSONMembers.Member]

    /// - Throws: `UnreadableSnapshot`.
    init(_ text: [UInt8]) throws {
        do {
            let members = try JSONMembers(text[...])
            index = try Self.value(members, "index")
            revision = try Self.value(members, "revision")
            deltaFrom = members["delta_from"] == nil ? nil : try Self.value(members, "delta_from") as Int
            groups = try Self.objects(members, "groups")
            routes = try Self.objects(members, "routes")
            guard index >= 0 else { throw UnreadableSnapshot("its index is negative") }
            if members["digest"] == nil {
                digest = nil
            } else if let known = SnapshotDigest(try Self.value(members, "digest")) {
                digest = known
            } else {
                throw UnreadableSnapshot("its digest is not 16 hexadecimal digits")
            }
        } catch let error as JSONScan.Malformed {
            throw UnreadableSnapshot("it is not JSON as expected: \(error.reason)")
        }
    }

    private static func value<T: Decodable>(_ members: JSONMembers, _ name: String) throws -> T {
        guard let text = members[name], let value = try? JSONDecoder().decode(T.self, from: Data(text)) else {
            throw UnreadableSnapshot("'\(name)' is missing or isn't what it should be")
        }
        return value
    }

    private static func objects(_ members: JSONMembers, _ name: String) throws -> [JSONMembers.Member] {
        guard let text = members[name] else { throw UnreadableSnapshot("'\(name)' is missing") }
        return try JSONMembers(text).all
    }
}

import HashTreeCollections
import RoutingEngine
import RoutingModel

/// Snapshots as a control plane sends them.
extension Snapshot {
    var digest: SnapshotDigest {
        var digest = SnapshotDigest()
        for (name, group) in groups { digest.add(.group, name: name, text: Self.json(group).utf8) }
        for (name, route) in routes { digest.add(.route, name: name, text: Self.json(route).utf8) }
        return digest
    }

    /// The whole, with its digest or another one.
    func document(digest: String? = nil) -> String {
        Self.document(
            head: "", digest ?? "\(self.digest)", self,
            groups: groups.keys.map { ($0, Self.json(groups[$0])) },
            routes: routes.keys.map { ($0, Self.json(routes[$0])) })
    }

    /// What has changed since `old`, with the digest of the whole or another one.
    func delta(from old: Snapshot, index: Int? = nil, digest: String? = nil) -> String {
        let groupNames = Set(groups.keys).union(old.groups.keys).filter { groups[$0] != old.groups[$0] }
        let routeNames = Set(routes.keys).union(old.routes.keys).filter { routes[$0] != old.routes[$0] }
        return Self.document(
            head: "\"delta_from\":\(index ?? old.index),", digest ?? "\(self.digest)", self,
            groups: groupNames.map { ($0, Self.json(groups[$0])) },
            routes: routeNames.map { ($0, Self.json(routes[$0])) })
    }

    private static func document(
        head: String, _ digest: String, _ snapshot: Snapshot, groups: [(String, String)], routes: [(String, String)]
    ) -> String {
        func members(_ members: [(String, String)]) -> String {
            members.sorted { $0.0 < $1.0 }.map { "\(json($0.0)):\($0.1)" }.joined(separator: ",")
        }
        return #"{\#(head)"digest":"\#(digest)","groups":{\#(members(groups))},"index":\#(snapshot.index),"#
            + #""revision":\#(snapshot.revision),"routes":{\#(members(routes))}}"#
    }

    private static func json(_ value: (some Encodable)?) -> String { (try? CanonicalJSON.text(value)) ?? "" }
}

import Foundation
import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@Suite("The protocol's page")
struct DocumentedDigestTests {
    private struct Digest: Decodable { let digest: String }

    /// The page's JSON blocks: a whole snapshot, a delta.
    private func blocks() throws -> [Data] {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/worker-protocol.md").resolvingSymlinksInPath()
        let text = try String(contentsOf: page, encoding: .utf8)
        return text.components(separatedBy: "```json\n").dropFirst().map {
            Data($0.components(separatedBy: "```")[0].utf8)
        }
    }

    @Test("its example has the digest that it says, and so has what its delta makes of that")
    func digests() throws {
        let blocks = try blocks()
        try #require(blocks.count == 2)
        let snapshot = try JSONDecoder().decode(Snapshot.self, from: blocks[0])
        var digest = SnapshotDigest()
        for (name, group) in snapshot.groups { digest.add(.group, name: name, text: try CanonicalJSON.data(group)) }
        for (name, route) in snapshot.routes { digest.add(.route, name: name, text: try CanonicalJSON.data(route)) }
        #expect(try JSONDecoder().decode(Digest.self, from: blocks[0]).digest == digest.description)

        let delta = try JSONDecoder().decode(Snapshot.self, from: blocks[1])
        #expect(delta.routes.isEmpty)
        for (name, group) in delta.groups {
            digest.remove(.group, name: name, text: try CanonicalJSON.data(#require(snapshot.groups[name])))
            digest.add(.group, name: name, text: try CanonicalJSON.data(group))
        }
        #expect(try JSONDecoder().decode(Digest.self, from: blocks[1]).digest == digest.description)
    }
}

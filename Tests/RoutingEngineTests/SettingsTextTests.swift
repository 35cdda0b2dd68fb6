import Foundation
import RoutingEngine
import RoutingModel
import Testing

@Suite("Snapshots carry settings, byte by byte as the encoder writes them")
struct SettingsTextTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("whatever the settings are, and they are read back as the same")
    func random() throws {
        var random = RandomSettings(seed: 42)
        for _ in 0..<500 {
            let group = random.group()
            #expect(text(group.text) == (try CanonicalJSON.text(group)))
            #expect(try JSONDecoder().decode(SnapshotGroup.self, from: Data(group.text)) == group)
            let route = random.route()
            #expect(text(route.text) == (try CanonicalJSON.text(route)))
            #expect(try JSONDecoder().decode(SnapshotRoute.self, from: Data(route.text)) == route)
        }
    }

    @Test("rules without settings have the bytes that they had before there were any")
    func unchanged() {
        let group = SnapshotGroup(
            policy: .roundRobin,
            peers: [SnapshotPeer(id: PeerID("node-1~star-3"), address: "10.0.0.13", port: 8080, weight: 1)])
        #expect(
            text(group.text)
                == #"{"peers":[{"address":"10.0.0.13","id":"node-1~star-3","port":8080,"weight":1}],"#
                + #""policy":"round_robin"}"#)
        let route = Resolver.resolve(
            "r",
            Route(split: [SplitEntry(group: "g", weight: .whole)], sticky: Stickiness(.header("x-user"))))
        #expect(
            text(route.text)
                == #"{"force":[],"match":{"headers":[],"hosts":[],"methods":[],"path":{"prefix":"/"},"query":[]},"#
                + #""name":"r","on_empty":"redistribute","priority":0,"split":[{"buckets":10000,"group":"g"}],"#
                + #""sticky":{"header":"x-user","salt":"r"}}"#)
    }

    @Test("what a worker reads may leave out everything but what it needs")
    func sparse() throws {
        let group = try JSONDecoder().decode(
            SnapshotGroup.self,
            from: Data(#"{"policy":"random","peers":[],"health":{"passive":{}},"tls":{},"new":1}"#.utf8))
        #expect(group.settings == GroupSettings(tls: UpstreamTLS(), health: HealthPolicy(passive: PassiveHealth())))
    }

    @Test("a worker that is told of a retry it doesn't know refuses it")
    func unknown() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(RetryPolicy.self, from: Data(#"{"on":["moonlight"]}"#.utf8))
        }
    }
}

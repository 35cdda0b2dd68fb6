import RoutingEngine
import Testing

@Suite("A snapshot's digest")
struct SnapshotDigestTests {
    typealias Vector = (kind: SnapshotDigest.Kind, name: String, text: String, hash: UInt64)

    /// Computed with libxxhash 0.8.4; the same ones are in `docs/worker-protocol.md`.
    static let vectors: [Vector] = [
        (.group, "x", "{}", 0x6aea_56d1_5faa_fa7f),
        (.route, "zoë", #"{"name":"zoë"}"#, 0x4fc0_2d7c_ab0b_52cb),
        (.group, "legacy", #"{"peers":[],"policy":"round_robin"}"#, 0x17a9_a07c_70e2_1dc3),
        (.route, "legacy", #"{"peers":[],"policy":"round_robin"}"#, 0x4f39_a7ff_74fb_2f2c),
        (
            .group, "star-canary",
            #"{"peers":[{"address":"10.0.0.13","id":"node-1~star-3","port":8080,"weight":1}],"policy":"round_robin"}"#,
            0x2509_f457_6fd5_8d9b
        ),
    ]

    @Test("an object's hash is that of its kind, name and text", arguments: vectors)
    func hashes(_ vector: Vector) {
        #expect(SnapshotDigest.hash(vector.kind, name: vector.name, text: vector.text.utf8) == vector.hash)
        // Bytes that lie in no buffer, and those of one.
        let lazy = vector.text.utf8.lazy.filter { _ in true }
        #expect(SnapshotDigest.hash(vector.kind, name: vector.name, text: lazy) == vector.hash)
        let buffered = Array(vector.text.utf8).withUnsafeBytes {
            SnapshotDigest.hash(vector.kind, name: vector.name, text: $0)
        }
        #expect(buffered == vector.hash)
    }

    @Test("it is the sum, whatever the order, and begins again from zero when everything is taken away")
    func sum() {
        var digest = SnapshotDigest()
        #expect(digest.description == "0000000000000000")
        for vector in Self.vectors.shuffled() { digest.add(vector.kind, name: vector.name, text: vector.text.utf8) }
        #expect(digest.description == "4697c121606927d4")
        #expect(digest == Self.vectors.reduce(SnapshotDigest()) { $0 + $1.hash })
        for vector in Self.vectors.shuffled() { digest.remove(vector.kind, name: vector.name, text: vector.text.utf8) }
        #expect(digest.sum == 0)
    }

    @Test("16 lower-case digits are read, and nothing else")
    func text() {
        #expect(SnapshotDigest("4697c121606927d4")?.sum == 0x4697_c121_6069_27d4)
        #expect(SnapshotDigest("000000000000000a")?.description == "000000000000000a")
        for text in ["", "a", "4697C121606927D4", "+697c121606927d4", "04697c121606927d4", "4697c121606927g4"] {
            #expect(SnapshotDigest(text) == nil, "\(text)")
        }
    }
}

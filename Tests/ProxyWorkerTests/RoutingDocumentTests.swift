import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite("A control plane's answer")
struct RoutingDocumentTests {
    private func held(_ text: String, after base: HeldSnapshot = .empty) throws -> HeldSnapshot {
        try base.following(RoutingDocument(Array(text.utf8)), keepsTexts: true).0
    }

    @Test("members are taken whatever their order, blanks and escapes; unknown ones are passed over")
    func reads() throws {
        let plain = try CanonicalJSON.text(Snapshot.to(1, 2, index: 7))
        let text =
            #" {"more" : [{"a":1,"a":2}], "\u0069ndex" :7, "x":null,"#
            + plain.dropFirst().replacing(",\"index\":7", with: "")
        #expect(try held(text).snapshot == .to(1, 2, index: 7))
        #expect(try held(#"{"groups":{},"index":0,"revision":0,"routes":{}}"#).digest.description == "0000000000000000")
    }

    @Test("the digest is over the text as it came, not over what a decoder makes of it")
    func overTheText() throws {
        let text = #"{"groups":{"x":{ "peers":[], "policy":"round_robin","new":1}},"index":1,"revision":1,"routes":{}}"#
        let snapshot = try held(text)
        // XXH64 of `group|x|{ "peers":[], "policy":"round_robin","new":1}`.
        #expect(snapshot.digest.description == "8f80b8a674b7d4f6")
        #expect(snapshot.snapshot.groups["x"] == SnapshotGroup(policy: .roundRobin, peers: []))
        // Written down it is the same text again, with what this build doesn't know.
        #expect(try held(String(decoding: snapshot.document(), as: UTF8.self)).digest == snapshot.digest)
    }

    @Test("an object whose text is the same is not a change")
    func difference() throws {
        let base = try held(Snapshot.to(1, index: 1).document())
        let document = try RoutingDocument(Array(Snapshot.to(1, index: 2).document().utf8))
        let (next, changes) = try base.following(document, keepsTexts: true)
        #expect(changes.isEmpty)
        #expect(next.snapshot == .to(1, index: 2))
    }

    @Test(
        "what is no answer is refused",
        arguments: [
            "", "{", "[]", "null", "7", "\u{0}", #""groups""#, "{}",
            #"{"groups":{},"index":1,"revision":1}"#,
            #"{"groups":{},"index":1,"revision":1,"routes":[]}"#,
            #"{"groups":{},"index":1,"revision":1,"routes":null}"#,
            #"{"groups":{},"index":1.5,"revision":1,"routes":{}}"#,
            #"{"groups":{},"index":1e400,"revision":1,"routes":{}}"#,
            #"{"groups":{},"index":9223372036854775808,"revision":1,"routes":{}}"#,
            #"{"groups":{},"index":-1,"revision":1,"routes":{}}"#,
            #"{"groups":{},"index":"1","revision":1,"routes":{}}"#,
            #"{"groups":{},"index":1,"index":1,"revision":1,"routes":{}}"#,
            #"{"groups":{"x":null},"index":1,"revision":1,"routes":{}}"#,
            #"{"groups":{"x":{}},"index":1,"revision":1,"routes":{}}"#,
            #"{"groups":{"x":[]},"index":1,"revision":1,"routes":{}}"#,
            #"{"groups":{"x":{"peers":[],"policy":"y"}},"index":1,"revision":1,"routes":{}}"#,
            #"{"digest":0,"groups":{},"index":1,"revision":1,"routes":{}}"#,
            #"{"digest":null,"groups":{},"index":1,"revision":1,"routes":{}}"#,
            #"{"digest":"","groups":{},"index":1,"revision":1,"routes":{}}"#,
            #"{"digest":"000000000000000g","groups":{},"index":1,"revision":1,"routes":{}}"#,
            #"{"digest":"0000000000000001","groups":{},"index":1,"revision":1,"routes":{}}"#,
            #"{"delta_from":null,"groups":{},"index":1,"revision":1,"routes":{}}"#,
            #"{"delta_from":0,"groups":{},"index":1,"revision":1,"routes":{}}"#,
            #"{"delta_from":-1,"digest":"0000000000000000","groups":{},"index":1,"revision":1,"routes":{}}"#,
            #"{"groups":{},"index":1,"revision":1,"routes":{"a":"# + String(repeating: "[", count: 100_000),
        ]
    )
    func refused(_ text: String) {
        #expect(throws: UnreadableSnapshot.self) { try held(text) }
    }

    @Test("every cut and many a changed byte of a delta is refused, or gives the whole that its digest names")
    func mutated() throws {
        let old = SnapshotDeltaTests.old
        let base = try held(old.document())
        let whole = Array(SnapshotDeltaTests.new.delta(from: old).utf8)
        for end in whole.indices {
            #expect(throws: UnreadableSnapshot.self) {
                try base.following(RoutingDocument(Array(whole[..<end])), keepsTexts: true)
            }
        }
        for place in whole.indices {
            for byte in [0x20, 0x22, 0x31] as [UInt8] where whole[place] != byte {
                var text = whole
                text[place] = byte
                guard let document = try? RoutingDocument(text),
                    let (next, _) = try? base.following(document, keepsTexts: true)
                else { continue }
                #expect(next.digest == SnapshotDeltaTests.new.digest)
                #expect(next.snapshot.groups == SnapshotDeltaTests.new.groups)
                #expect(next.snapshot.routes == SnapshotDeltaTests.new.routes)
            }
        }
    }
}

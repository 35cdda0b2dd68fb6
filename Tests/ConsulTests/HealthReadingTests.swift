import Foundation
import NIOCore
import Testing

@testable import Consul

@Suite("Answers are read quickly, and as the decoder reads them")
struct HealthReadingTests {
    private static let usual = """
        [{"Node": {"ID": "1d4c", "Node": "n1", "Address": "10.0.0.1", "Meta": {"a": "b"}, "CreateIndex": 12},
          "Service": {"ID": "star-1", "Service": "star", "Tags": ["v1", "\\u00e9\\n"], "Address": "", "Port": 8080,
            "Meta": {"version": "1"}, "Weights": {"Passing": 10, "Warning": 0}, "EnableTagOverride": false,
            "Proxy": {"MeshGateway": {}, "x": [1, -2.5e3, null, true, {"y": []}]}, "Connect": null},
          "Checks": [{"CheckID": "serfHealth", "Status": "passing", "Output": "a \\"b\\" \\\\"}, null]},
         {"Node": {"Node": "n2"}, "Service": {"ID": "b", "Port": null, "Tags": null, "Meta": {"k": null}}, "Checks": null}]
        """

    private func decoded(_ text: [UInt8]) -> [HealthEntry]? {
        try? JSONDecoder().decode([HealthEntry].self, from: Data(text))
    }

    private func quickly(_ text: [UInt8]) -> [HealthEntry]? { HealthEntry.quickly(ByteBuffer(bytes: text)) }

    @Test("What Consul usually writes is read without the decoder", arguments: [usual, "[]", " [ ] ", "[]\n"])
    func whatIsUsual(text: String) throws {
        let quick = try #require(quickly(Array(text.utf8)))
        #expect(quick == decoded(Array(text.utf8)))
    }

    @Test(
        "What is unusual is left to the decoder",
        arguments: [
            "", "null", "{}", "[null]", "[{}]", "[],", "[] []", "[,]",
            #"[{"Node": {"Node": "n"}, "Service": {"ID": "a", "Port": 80.0}}]"#,
            #"[{"Node": {"Node": "n"}, "Service": {"ID": "a", "Port": 080}}]"#,
            #"[{"Node": {"Node": "n"}, "Service": {"ID": "a", "Port": 9999999999999999999}}]"#,
            #"[{"Node": {"Node": "n"}, "Service": {"ID": "a", "Port": "80"}}]"#,
            #"[{"Node": {"Nod\u0065": "n"}, "Service": {"ID": "a"}}]"#,
            #"[{"Node": {"Node": "n"}, "Service": {"ID": "a"},}]"#,
            #"[{"Node": {"Node": "n"}, "Service": {"ID": "a"}},]"#,
            #"[{"Node": {"Node": "n"}, "Service": {"ID": "\x"}}]"#,
            #"[{"Node": {"Node": "n"} "Service": {"ID": "a"}}]"#,
        ])
    func whatIsUnusual(text: String) {
        #expect(quickly(Array(text.utf8)) == nil)
    }

    @Test("Damage of any single byte is never read as something else than the decoder does")
    func damage() throws {
        let whole = Array(Self.usual.utf8)
        let original = try #require(quickly(whole))
        for place in whole.indices {
            for damage in [
                nil, UInt8(ascii: "\""), UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: "7"), 0x01, 0xFF,
            ] {
                var text = whole
                if let damage { text[place] = damage } else { text.remove(at: place) }
                guard let quick = quickly(text) else { continue }
                if let slow = decoded(text) {
                    if quick != slow { Issue.record("\(place) \(damage ?? 0)") }
                } else {
                    // In what is passed over.
                    if quick != original { Issue.record("\(place) \(damage ?? 0)") }
                }
            }
            #expect(quickly(Array(whole[..<place])) == nil)
        }
    }
}

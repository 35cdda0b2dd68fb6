import HTTPTypes
import RoutingModel
import Testing

@Suite("No body is ever answered with a server's error")
struct MutatedBodyTests {
    private static let bodies: [(HTTPRequest.Method, String, String)] = [
        (
            .put, "/v1/groups/x",
            """
            {"consul":{"service":"s","tags":["a"],"exclude_tags":["b"],"meta":{"k":["v"]},
             "datacenter":"","include_warning":true},
             "peers":[{"address":"10.0.0.1","port":80,"weight":3}],"balance":{"policy":"round_robin"},
             "description":"é😀"}
            """
        ),
        (
            .put, "/v1/routes/x",
            """
            {"match":{"hosts":["*.a.test","b.test"],"path":{"regex":"/a(b|c)*"},"methods":["GET"],
             "headers":[{"name":"x","regex":"a+"}],
             "query":[{"name":"q","present":true,"invert":true}]},"priority":-5,
             "force":[{"cookie":{"name":"c","exact":"1"},"group":"g"}],
             "split":[{"group":"g","weight":33.33},{"group":"h","weight":66.67}],
             "sticky":{"header":"x","salt":"s"},"on_empty":"fail"}
            """
        ),
        (.post, "/v1/groups", #"{"name":"y","peers":[]}"#),
        (.put, "/v1/routes/r/weights", #"{"g":33.33,"h":66.67}"#),
        (
            .post, "/v1/explain",
            #"{"method":"GET","host":"a.test:80","path":"/a?b=c","headers":{"x":["1","2"],"y":"3"},"source_ip":"::1"}"#
        ),
        (.post, "/v1/workers/w/nack", #"{"index":7,"error":"no"}"#),
    ]

    /// What a mutation puts in: the characters of JSON, and values at the edges.
    private static let pieces: [[UInt8]] =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "1e400", "-0", "-1",
            "9223372036854775808",
            "0.1", "\u{0}", "\u{FEFF}", "é", "(?=", "*", "/", "", " ", "\"a\":1", "[[", "{}",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80]]

    @Test("bodies with random damage: taken, or refused with 400, 409 or 422 and a problem document", arguments: 0..<8)
    func damaged(_ seed: UInt64) async throws {
        try await AdminFixture.run { admin in
            try await admin.writeGroup("g")
            try await admin.writeGroup("h")
            let route = try await admin.put(
                "/v1/routes/r",
                #"{"split":[{"group":"g","weight":50},{"group":"h","weight":50}]}"#
            )
            #expect(route.status == 201)
            _ = try await admin.get("/v1/routing?worker=w")
            var random = SeededRandom(seed: seed)
            for _ in 0..<150 {
                guard let (method, path, body) = Self.bodies.randomElement(using: &random) else { continue }
                var bytes = Array(body.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    let end = min(bytes.count, place + Int.random(in: 0...4, using: &random))
                    bytes.replaceSubrange(place..<end, with: Self.pieces.randomElement(using: &random) ?? [])
                    if bytes.isEmpty { bytes = [0x20] }
                }
                let answer = try await admin.send(method, path, bytes: bytes)
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(
                    [200, 201, 204, 400, 409, 422].contains(answer.status),
                    "\(method) \(path) \(text): \(answer.body)"
                )
                if answer.status >= 400 { #expect(answer.headers[.contentType] == "application/problem+json") }
                if answer.status == 422 { #expect(!answer.errors.isEmpty, "\(text)") }
            }
            // Whatever was taken is a snapshot that workers can use.
            try await admin.settled()
            let explained = try await admin.post("/v1/explain", #"{"host":"a.test"}"#)
            #expect(explained.status == 200, "\(explained.body)")
        }
    }
}

/// SplitMix64: the same numbers every time.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

import Foundation
import RoutingModel
import Testing

@Suite("A worker's report is read strictly")
struct WorkerReportTests {
    private static func problems(_ text: String) throws -> [String] {
        let problems = ProblemList()
        _ = try StrictDecoding.decode(WorkerReport.self, from: Data(text.utf8), problems: problems)
        return problems.problems.map { "\($0.pointer) \($0.code)" }
    }

    private static func entry(_ members: String) -> String {
        #"{"started_at":"2026-01-31T12:00:00Z","index":1,"traffic":[{"route":"r","requests":1\#(members)}]}"#
    }

    @Test("what was written is read back")
    func roundTrip() throws {
        let report = WorkerReport(
            startedAt: Timestamp(milliseconds: 1_000), index: 3, isWhole: false,
            traffic: [
                WorkerReport.Traffic(
                    route: "r", group: "g", peer: PeerID("n~1"), requests: 5, forced: 1, statuses: [0, 4],
                    failures: ["connect": 1], retries: 2, active: 1, latency: [1, 2], latencySum: 99, number: 4)
            ],
            peers: [
                WorkerReport.PeerState(
                    group: "g", peer: PeerID("n~1"), health: .ejected, reason: "x", since: Timestamp(milliseconds: 5),
                    until: Timestamp(milliseconds: 6))
            ])
        let problems = ProblemList()
        let data = try CanonicalJSON.data(report)
        #expect(try StrictDecoding.decode(WorkerReport.self, from: data, problems: problems) == report)
        #expect(problems.isEmpty)
    }

    private static func random() -> WorkerReport {
        func number() -> Int { Bool.random() ? 0 : Int.random(in: 0..<1_000_000) }
        func numbers(_ most: Int) -> [Int] { (0..<Int.random(in: 0...most)).map { _ in number() } }
        return WorkerReport(
            startedAt: Timestamp(milliseconds: Int64(number())), index: number(), isWhole: Bool.random(),
            traffic: (0..<Int.random(in: 0..<5)).map { place in
                WorkerReport.Traffic(
                    route: "r\(place)", group: place > 0 ? "g.\(place)" : nil,
                    peer: place > 1 ? PeerID("nöde~\(place)/") : nil, requests: number(), forced: number(),
                    statuses: numbers(5), failures: Bool.random() ? [:] : ["connect": number(), "other": 1],
                    retries: number(), active: number(), latency: numbers(41), latencySum: number(), number: number())
            },
            peers: (0..<Int.random(in: 0..<3)).map { place in
                WorkerReport.PeerState(
                    group: "g", peer: PeerID("n~\(place)"), health: WorkerReport.PeerState.Health.allCases[place],
                    reason: ["", "5 in a row", "said \"no\""][place], since: Timestamp(milliseconds: Int64(number())),
                    until: Bool.random() ? nil : Timestamp(milliseconds: Int64(number())))
            })
    }

    @Test("the quick way to write it gives the same text, and the quick way to read it the same report")
    func quick() throws {
        for _ in 0..<300 {
            let report = Self.random()
            let data = Data(report.text)
            #expect(try CanonicalJSON.data(report) == data)
            let isPlain = report.peers.allSatisfy { !$0.reason.contains("\"") }
            #expect(WorkerReport(plain: data) == (isPlain ? report : nil))
        }
    }

    @Test("what the quick way reads is what the strict one reads, and it reads nothing that the strict one refuses")
    func quickIsStrict() throws {
        var accepted = 0
        for _ in 0..<3_000 {
            var bytes = Self.random().text
            for _ in 0..<Int.random(in: 1...3) {
                let place = Int.random(in: 0..<bytes.count)
                switch Int.random(in: 0..<4) {
                case 0: bytes[place] = UInt8.random(in: 0...255)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(Array("{}[]\",:0 \\ax".utf8).randomElement() ?? 0, at: place)
                default: bytes.insert(contentsOf: bytes[place...].prefix(12), at: place)
                }
            }
            guard let quick = WorkerReport(plain: Data(bytes)) else { continue }
            accepted += 1
            let problems = ProblemList()
            let strict = try StrictDecoding.decode(WorkerReport.self, from: Data(bytes), problems: problems)
            #expect(problems.isEmpty, "\(String(decoding: bytes, as: UTF8.self))")
            #expect(strict == quick)
        }
        #expect(accepted > 10)
    }

    @Test("a short one will do")
    func short() throws {
        #expect(try Self.problems(#"{"started_at":"2026-01-31T12:00:00Z","index":0}"#).isEmpty)
        #expect(try Self.problems(Self.entry("")).isEmpty)
    }

    @Test(
        "whatever is wrong is named by its place",
        arguments: [
            (#"{}"#, ["/index required", "/started_at required"]),
            (#"{"started_at":"2026-01-31T12:00:00Z","index":-1}"#, ["/index invalid_value"]),
            (#"{"started_at":"2026-01-31T12:00:00Z","index":1,"more":1}"#, ["/more unknown_field"]),
            (entry(#","x":1"#), ["/traffic/0/x unknown_field"]),
            (entry(#","retries":-1"#), ["/traffic/0/retries invalid_value"]),
            (entry(#","active":9007199254740993"#), ["/traffic/0/active invalid_value"]),
            (entry(#","peer":"n~1""#), ["/traffic/0/group required"]),
            (entry(#","group":"g","peer":"n1""#), ["/traffic/0/peer invalid_value"]),
            (entry(#","group":"G""#), ["/traffic/0/group invalid_value"]),
            (entry(#","statuses":[1,2,3,4,5,6]"#), ["/traffic/0/statuses too_many"]),
            (entry(#","statuses":[-1]"#), ["/traffic/0/statuses invalid_value"]),
            (entry(#","failures":{"a":-1}"#), ["/traffic/0/failures invalid_value"]),
            (
                entry(#","latency":[\#(Array(repeating: "0", count: 42).joined(separator: ","))]"#),
                ["/traffic/0/latency too_many"]
            ),
        ])
    func refused(text: String, expected: [String]) throws {
        #expect(try Self.problems(text).sorted() == expected)
    }
}

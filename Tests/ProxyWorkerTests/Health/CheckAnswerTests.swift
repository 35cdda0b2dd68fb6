import NIOCore
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite("A check reads the status of the answer, and nothing else")
struct CheckAnswerTests {
    private func read(_ pieces: String...) -> CheckAnswer.Reading {
        var answer = CheckAnswer()
        var reading = CheckAnswer.Reading.incomplete
        for piece in pieces {
            var bytes = ByteBuffer(string: piece)
            reading = answer.take(&bytes)
        }
        return reading
    }

    @Test("the status is there with the end of the head, however it comes")
    func status() {
        #expect(read("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc") == .status(200))
        #expect(read("HTTP/1.0 503\r\n\r\n") == .status(503))
        #expect(read("HTTP/1.1 204 No Content\n\n") == .status(204))
        #expect(read("HTTP/1.1 200 OK\r\n") == .incomplete)
        let whole = "HTTP/1.1 404 Not Found\r\nserver: x\r\n\r\n"
        for cut in 1..<whole.count {
            #expect(read(String(whole.prefix(cut)), String(whole.dropFirst(cut))) == .status(404))
        }
    }

    @Test("interim responses are passed over")
    func interim() {
        #expect(read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n") == .status(200))
        #expect(read("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n") == .incomplete)
    }

    @Test(
        "what isn't HTTP/1.x is told from the first bytes",
        arguments: [
            "SSH-2.0", "\u{15}\u{3}\u{3}", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
            "\r\n\r\n",
        ])
    func bad(text: String) { #expect(read(text) == .bad) }

    @Test("a head without end is given up")
    func endless() {
        #expect(read("HTTP/1.1 200 OK\r\n" + String(repeating: "x: y\r\n", count: 4_000)) == .bad)
    }

    @Test("statuses are listed one by one or as ranges")
    func ranges() {
        let ranges = StatusRanges(["200-299", "401", "x", "9-", "5-3"])
        #expect([199, 200, 299, 300, 401, 402].map(ranges.contains) == [false, true, true, false, true, false])
    }

    @Test("the question has the peer's address for its host unless the group names one")
    func question() {
        func question(_ check: ActiveHealth, _ address: String) -> String? {
            CheckTarget(
                group: "g", peer: SnapshotPeer(id: PeerID("n~1"), address: address, port: 81, weight: 1), check: check,
                tls: nil, statuses: StatusRanges([])
            ).question
        }
        #expect(question(ActiveHealth(), "10.0.0.1") == nil)
        let plain = ActiveHealth(http: .init(path: "/ok?x=1"))
        #expect(question(plain, "10.0.0.1")?.hasPrefix("GET /ok?x=1 HTTP/1.1\r\nHost: 10.0.0.1:81\r\n") == true)
        #expect(question(plain, "::1")?.contains("Host: [::1]:81\r\n") == true)
        let named = ActiveHealth(http: .init(path: "/", host: "star.test"))
        #expect(question(named, "::1")?.contains("Host: star.test\r\n") == true)
    }
}

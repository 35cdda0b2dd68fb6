import RoutingModel
import TestKit
import Testing

@testable import AdminAPI
@testable import ControlPlane

@Suite("Whoever guesses tokens has to wait, and nobody else")
struct LockoutTests {
    @Test("ten attempts a minute and address; known tokens go on; the ledger has one entry")
    func blocked() async throws {
        try await ServerFixture.run { server in
            let known = try await server.makeToken("known", .viewer)
            let fresh = try await server.makeToken("fresh", .viewer)
            #expect(try await server.send("GET", "/v1/whoami", token: known).status == 200)
            for _ in 0..<10 {
                #expect(try await server.send("GET", "/v1/whoami", token: "a-wrong-guess").status == 401)
            }
            for wrong in ["another-guess", fresh] {
                let answer = try await server.send("GET", "/v1/whoami", token: wrong)
                #expect(answer.status == 429)
                #expect(answer.code == "too_many_requests")
                let wait = try #require(answer.header("Retry-After").flatMap { Int($0) })
                #expect((1...60).contains(wait))
            }
            // Neither those who worked from here before, nor those who ask for nothing secret.
            #expect(try await server.send("GET", "/v1/whoami", token: known).status == 200)
            #expect(try await server.send("GET", "/v1/whoami").status == 200)
            #expect(try await server.send("GET", "/healthz", token: "a-wrong-guess").status == 200)
            let held = try await server.send("GET", "/v1/routing?index=0", token: fresh)
            #expect(held.status == 429)
            try await eventually("the ledger has it") { try await !server.ledger(.tokenRefused).isEmpty }
            let entries = try await server.ledger(.tokenRefused)
            #expect(entries.map(\.cause) == ["An attempt with a wrong token from 127.0.0.1."])
            #expect(entries.map(\.actor) == ["signalbox"])
        }
    }

    @Test("no token at all is no attempt")
    func missing() async throws {
        try await ServerFixture.run { server in
            for _ in 0..<15 {
                let answer = try await RawHTTP.exchange(
                    port: server.port, "GET /v1/whoami HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                #expect(RawResponse(answer).status == 401)
            }
        }
    }

    @Test("attempts are forgotten after a minute, and told at most once a minute with their sum")
    func counting() {
        var attempts = RefusedAttempts()
        let start = ContinuousClock.now
        #expect(attempts.failed("a", now: start) == .init(address: "a", count: 1))
        for second in 1..<10 {
            #expect(attempts.wait("a", now: start) == nil)
            #expect(attempts.failed("a", now: start + .seconds(second)) == nil)
        }
        #expect(attempts.wait("a", now: start + .seconds(10)) == .seconds(50))
        #expect(attempts.wait("b", now: start + .seconds(10)) == nil)
        #expect(attempts.due(now: start + .seconds(59)).isEmpty)
        #expect(attempts.wait("a", now: start + .seconds(60)) == nil)
        #expect(attempts.due(now: start + .seconds(60)) == [.init(address: "a", count: 9)])
        #expect(attempts.failed("a", now: start + .seconds(61)) == nil)
        #expect(attempts.rest() == [.init(address: "a", count: 1)])
        #expect(attempts.due(now: start + .seconds(200)).isEmpty)
        #expect(attempts.count == 0)
    }

    @Test("many addresses take no more room than some, and no more of the ledger")
    func bounded() {
        var attempts = RefusedAttempts()
        let now = ContinuousClock.now
        var told = 0
        for number in 0..<30_000 where attempts.failed("address \(number)", now: now) != nil { told += 1 }
        #expect(attempts.count <= RefusedAttempts.capacity + 1)
        #expect(told == RefusedAttempts.reportLimit)
        #expect(attempts.wait("address 29999", now: now) != nil)
        #expect(attempts.wait("address 1", now: now) == nil)
    }

    @Test(
        "an IPv6 network counts as one address",
        arguments: [
            ("10.0.0.1", "10.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("::1", "::/64"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8::6", "2001:db8::/64"),
            ("fe80::1%eth0", "fe80::/64"),
        ])
    func networks(_ address: String, _ counted: String) {
        #expect(ClientAddress(address).description == counted)
    }
}

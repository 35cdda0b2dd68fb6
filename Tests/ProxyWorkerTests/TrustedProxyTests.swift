import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct TrustedProxyTests {
    private func trusted(_ ranges: String...) -> TrustedProxies { TrustedProxies(ranges.compactMap(AddressRange.init)) }

    @Test(
        "A network has the addresses that begin like it",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.2", false), ("10.1.2.3/31", "10.1.2.2", true), ("10.1.2.3/32", "10.1.2.2", false),
            ("0.0.0.0/0", "203.0.113.7", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "203.0.113.7", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
            ("2001:db8::1", "2001:db8:0::1", true), ("2001:db8::/64", "2001:db8:0:1::1", false),
            ("2001:db8::/65", "2001:db8::8000:0:0:0", false), ("::ffff:10.0.0.0/104", "10.9.9.9", true),
        ])
    func ranges(_ range: String, _ address: String, _ isIn: Bool) throws {
        let (range, address) = (try #require(AddressRange(range)), try #require(AddressNumber(address)))
        #expect(range.contains(address) == isIn)
    }

    @Test(
        "What is no network is none",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "10.0.0.0/8/8", "localhost", "::/129",
            "[::1]", "10.0.0.0/ 8", "10.0.0.0/+8", "010.0.0.1",
        ])
    func noRange(_ text: String) { #expect(AddressRange(text) == nil) }

    @Test("An address is written in its canonical text", arguments: ["10.0.0.1", "2001:db8::1", "::1", "::"])
    func text(_ text: String) throws {
        let number = try #require(AddressNumber(text))
        #expect(String(decoding: number.text, as: UTF8.self) == text)
        #expect(AddressNumber("::ffff:10.0.0.1") == AddressNumber("10.0.0.1"))
    }

    /// What the access log, sticky routes and hashes take for the client.
    private func client(_ fields: String, _ trusted: TrustedProxies) -> String? {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
        var head = RequestHead()
        return bytes.withUnsafeBytes { bytes in
            #expect(head.scan(bytes, limits: HeadLimits()) == .complete(headBytes: bytes.count))
            return trusted.client(head.table, over: bytes).map { String(decoding: $0.text, as: UTF8.self) }
        }
    }

    @Test(
        "The client is the last address that is no trusted proxy's",
        arguments: [
            ("", nil), ("X-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7"),
            ("X-Forwarded-For: 198.51.100.1, 203.0.113.7\r\n", "203.0.113.7"),
            ("X-Forwarded-For: 198.51.100.1, 203.0.113.7,10.0.0.2 , 10.0.0.3\r\n", "203.0.113.7"),
            (
                "X-Forwarded-For: 198.51.100.1\r\nx-forwarded-for: 203.0.113.7\r\nX-FORWARDED-FOR: 10.0.0.2\r\n",
                "203.0.113.7"
            ),
            ("X-Forwarded-For: 10.0.0.4, 10.0.0.2\r\n", "10.0.0.4"),
            ("X-Forwarded-For: 203.0.113.7, unknown, 10.0.0.2\r\n", "10.0.0.2"),
            ("X-Forwarded-For: 203.0.113.7, unknown\r\n", nil), ("X-Forwarded-For: \r\n", nil),
            ("X-Forwarded-For: ,, 203.0.113.7,,\r\n", "203.0.113.7"),
            ("X-Forwarded-For: 203.0.113.7:4711\r\n", "203.0.113.7"),
            ("X-Forwarded-For: 2001:DB8::1\r\n", "2001:db8::1"),
            ("X-Forwarded-For: [2001:db8::1]:80\r\n", "2001:db8::1"),
            ("X-Forwarded-For: [2001:db8::1]\r\n", "2001:db8::1"), ("X-Forwarded-For: [2001:db8::1\r\n", nil),
            ("X-Forwarded-For: ]\r\n", nil), ("X-Forwarded-For: :\r\n", nil), ("X-Forwarded-For: []:1\r\n", nil),
        ] as [(String, String?)])
    func findsClient(_ fields: String, _ expected: String?) {
        #expect(client(fields, trusted("10.0.0.0/8")) == expected)
    }

    private static let said =
        "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: star.example\r\n"

    @Test("A trusted proxy's word is passed on and continued; nobody else's is believed", arguments: [true, false])
    func passesOn(isTrusted: Bool) async throws {
        let stub = try await UpstreamStub.start { connection in
            while true {
                let request = try await connection.readRequest()
                let names = ["For", "Proto", "Host"].map { "X-Forwarded-\($0)" } + ["X-Real-IP"]
                let told = names.map { request.values($0).joined(separator: "|") }.joined(separator: ";")
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(told.utf8.count)\r\n\r\n\(told)")
            }
        }
        let proxies = isTrusted ? trusted("192.0.2.0/24", "127.0.0.0/8") : trusted("192.0.2.0/24")
        try await WorkerFixture.run(.to(stub.port), configure: { $0.trustedProxies = proxies }) { worker in
            let body = try await worker.get(headers: Self.said).body
            #expect(
                body
                    == (isTrusted
                        ? "203.0.113.7, 127.0.0.1;https;star.example;203.0.113.7"
                        : "203.0.113.7, 127.0.0.1;http;star.test;127.0.0.1"))
            // Nothing is left of one request in the next.
            let client = try await worker.connect()
            for said in [Self.said, ""] {
                try await client.write("GET / HTTP/1.1\r\nHost: star.test\r\n\(said)\r\n")
                let body = try await client.readResponse().body
                if said.isEmpty { #expect(body == "127.0.0.1;http;star.test;127.0.0.1") }
            }
        }
        await stub.stop()
    }

    @Test("Routes that are sticky by address go by the address that a trusted proxy tells")
    func sticky() async throws {
        let (a, b) = (try await UpstreamStub.answering("a"), try await UpstreamStub.answering("b"))
        let snapshot = Snapshot.routing(
            [(name: "a", buckets: 5_000, ports: [a.port]), (name: "b", buckets: 5_000, ports: [b.port])],
            sticky: Stickiness(.sourceIP))
        func groups(_ worker: WorkerFixture) async throws -> [String] {
            var found: [String] = []
            let client = try await worker.connect()
            for number in 0..<40 {
                try await client.write(
                    "GET / HTTP/1.1\r\nHost: star.test\r\nX-Forwarded-For: 203.0.113.\(number / 2)\r\n\r\n")
                found.append(try await client.readResponse().body)
            }
            return found
        }
        try await WorkerFixture.run(snapshot, configure: { $0.trustedProxies = trusted("127.0.0.1") }) { worker in
            let found = try await groups(worker)
            #expect(Set(found) == ["a", "b"])
            for pair in stride(from: 0, to: 40, by: 2) { #expect(found[pair] == found[pair + 1]) }
        }
        try await WorkerFixture.run(snapshot) { worker in
            let found = try await groups(worker)
            #expect(Set(found).count == 1)
        }
        await a.stop()
        await b.stop()
    }
}

import Foundation
import TestKit
import Testing

@testable import ProxyWorker

@Suite("curl speaks HTTP/2 with a handler that speaks HTTP/1.1", .timeLimit(.minutes(2)))
struct CurlHTTP2Tests {
    /// Runs curl with HTTP/2 without TLS against a new server.
    private func curl(
        _ path: String, _ arguments: [String] = [], expecting statuses: Set<Int32> = [0],
        check: (String, ServerLog.Counts) throws -> Void
    ) async throws {
        try await FrontFixture.with { server in
            let output = try await Command.curl(
                ["--http2-prior-knowledge"] + arguments + ["http://127.0.0.1:\(server.port)\(path)"],
                expecting: statuses)
            try await eventually("the channel ends") {
                let counts = server.log.counts
                // The TCP connection was opened as HTTP/1.1 and never counts as ended by itself.
                return counts.ended >= counts.heads.count
            }
            try check(output, server.log.counts)
        }
    }

    @Test("a request without a body has the fields of HTTP/1.1, and its channel ends with the response")
    func get() async throws {
        try await curl("/head?q=1", ["-H", "X-One: 1", "-H", "Cookie: a=1; b=2", "-w", "%{http_version} %{http_code}"])
        {
            output, counts in
            #expect(output.hasSuffix("2 200"))
            let head = try #require(counts.heads.first)
            #expect(head.hasPrefix("GET /head?q=1 HTTP/1.1\r\n"))
            #expect(head.contains("\r\nx-one: 1\r\n"))
            #expect(head.contains("\r\ncookie: a=1; b=2\r\n"))
            #expect(head.value(of: "host")?.hasPrefix("127.0.0.1:") == true)
            #expect(!head.contains("transfer-encoding") && !head.contains("content-length"))
            #expect(counts.fronts.contains("http HTTP/2.0"))
        }
    }

    @Test("a body with a length keeps it; one without becomes chunked")
    func bodies() async throws {
        try await curl("/echo", ["--data-binary", "twelve bytes", "-w", " %{http_code}"]) { output, counts in
            #expect(output == "twelve bytes 200")
            #expect(counts.heads.first?.value(of: "content-length") == "12")
        }
        try await curl("/echo", ["-H", "Content-Length:", "--data-binary", "chunks", "-X", "PUT"]) { output, counts in
            #expect(output == "chunks")
            #expect(counts.heads.first?.value(of: "transfer-encoding") == "chunked")
        }
    }

    @Test("HEAD, 204 and 304 have no body", arguments: ["/head", "/status/204", "/status/304"])
    func bodiless(path: String) async throws {
        let arguments = path == "/head" ? ["--head"] : ["-i"]
        try await curl(path, arguments + ["-w", "size %{size_download}"]) { output, _ in
            #expect(output.hasSuffix("size 0"))
            #expect(output.hasPrefix("HTTP/2 \(path == "/head" ? "200" : String(path.suffix(3)))"))
        }
    }

    @Test("fields that belong to a connection stay behind, and names become lower case")
    func hopByHop() async throws {
        try await curl("/hop", ["-i"]) { output, _ in
            #expect(output.contains("x-mixed: Case\r\n"))
            #expect(!output.lowercased().contains("connection:") && !output.lowercased().contains("keep-alive:"))
            #expect(output.hasSuffix("\r\n\r\nok"))
        }
    }

    @Test("interim responses, trailers, and bodies that end with the connection come through")
    func shapes() async throws {
        try await curl("/interim", ["-i"]) { output, _ in
            #expect(output.hasPrefix("HTTP/2 103 \r\nlink: </a.css>\r\n\r\nHTTP/2 200"))
            #expect(output.hasSuffix("after"))
        }
        try await curl("/trailers", ["-i"]) { output, _ in
            #expect(output.contains("body") && output.contains("x-sum: 42"))
        }
        try await curl("/until-close", ["-i"]) { output, _ in #expect(output.hasSuffix("\r\n\r\nto the end")) }
    }

    @Test("an interim 100 lets a client that waits for it send its body")
    func continues() async throws {
        try await curl("/continue", ["-H", "Expect: 100-continue", "--data-binary", "waited"]) { output, counts in
            #expect(output == "waited")
            #expect(counts.heads.first?.value(of: "expect") == "100-continue")
        }
    }

    @Test("a handler that gives up ends the request with an error", arguments: ["/abort", "/close", "/nonsense"])
    func aborts(path: String) async throws {
        // 92: the stream was not closed cleanly.
        try await curl(path, ["-w", "%{http_version}"], expecting: [92]) { output, _ in
            #expect(output.contains("INTERNAL_ERROR"))
        }
    }

    @Test("a response before the end of the request arrives whole, and the rest of the request isn't taken")
    func early() async throws {
        try await FrontFixture.with { server in
            let file = FileManager.default.temporaryDirectory.appending(path: "early-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: file) }
            try Data(count: 20_000_000).write(to: file)
            let output = try await Command.curl([
                "--http2-prior-knowledge", "-H", "Expect:", "--data-binary", "@\(file.path)", "-w", "%{http_code}",
                "http://127.0.0.1:\(server.port)/early",
            ])
            #expect(output == "big\n413")
            #expect(server.log.counts.bodyBytes < 1_000_000)
        }
    }

    @Test("CONNECT is refused")
    func connect() async throws {
        try await curl("/", ["-X", "CONNECT", "-i"], expecting: [0, 8, 16, 56, 92]) { output, counts in
            #expect(counts.heads.isEmpty)
        }
    }
}

import Foundation
import NIOCore
import RoutingModel
import TestKit
import Testing

@Suite struct InstanceDeathTests {
    /// A server that closes nothing by itself, as a process that can be killed.
    private static let server = """
        import http.server, socketserver, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_GET(self):
                body = sys.argv[1].encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *_): pass
        # Not HTTPServer, which looks its own name up before it listens.
        class Server(socketserver.ThreadingTCPServer):
            request_queue_size = 128
            daemon_threads = True
        Server(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
        """

    @Test("SIGKILL of an instance at 200 requests a second: no request fails, and it is out when its check says so")
    func killed() async throws {
        let ports = try (0..<3).map { _ in try FreePort.take() }
        try await withConsulAgent { consul in
            let children = try ports.enumerated().map {
                try ChildProcess("python3", ["-c", Self.server, "star-\($0.offset)", "\($0.element)"])
            }
            defer { for child in children { child.signal(SIGKILL) } }
            for (number, port) in ports.enumerated() {
                try await eventually("star-\(number) listens") {
                    // The client would go on trying to connect for as long as it is let.
                    (try? await ProxyClient.get(port: port, timeout: .milliseconds(300)))?.status == 200
                }
                try await consul.put(
                    "/v1/agent/service/register",
                    json: """
                        {"Name":"star","ID":"star-\(number)","Address":"127.0.0.1","Port":\(port),"Tags":["v1"],
                         "Check":{"HTTP":"http://127.0.0.1:\(port)/","Interval":"1s","Timeout":"1s","Status":"passing"}}
                        """)
            }
            try await SignalboxProcess.with(consul: consul.url) { box in
                try await box.api.createStarRules(canary: 0)
                let port = box.proxyPort
                try await eventually("all three serve") { try await served(port, users: 0..<30).count == 3 }

                let answers = Locked<[String: Int]>([:])
                let isOver = Locked(false)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            while !isOver.withLock({ $0 }) {
                                let answer = try? await ProxyClient.get(port: port)
                                let word =
                                    answer.map { $0.status == 200 ? $0.text : "status \($0.status) \($0.text)" }
                                    ?? "no answer"
                                answers.withLock { $0[word, default: 0] += 1 }
                                // The pace: four of these make 200 a second.
                                try await Task.sleep(for: .milliseconds(20))
                            }
                        }
                    }
                    try await eventually("the load runs") { answers.withLock { ($0["star-1"] ?? 0) > 50 } }
                    children[1].signal(SIGKILL)
                    let id = "\(consul.node)~star-1"
                    try await eventually("Consul's check has found it") {
                        try await box.api.get("/v1/peers?service=star").items
                            .contains { $0["id"] == .string(id) && $0["usable"] == false }
                    }
                    isOver.withLock { $0 = true }
                    try await group.waitForAll()
                }
                #expect(
                    Set(answers.withLock { $0 }.keys) == ["star-0", "star-1", "star-2"], "\(answers.withLock { $0 })")
                let ledger = try await box.api.get("/v1/audit?kind=peer.health").items
                #expect(ledger.first?["before"] == ["health": "passing"])
                #expect(ledger.first?["after"] == ["health": "critical"])
            }
            // Children inherit a signal mask that has SIGTERM blocked; these have nothing to say to it anyway.
            for child in children {
                child.signal(SIGKILL)
                await child.stop()
            }
        }
    }
}

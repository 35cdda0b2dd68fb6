#if os(Linux)
import Foundation
import NIOCore
import NIOPosix
import RoutingModel
import TestKit
import Testing

@Suite struct DescriptorTests {
    private func descriptors(_ pid: Int32) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }

    @Test("without descriptors for more clients those that are there are served, and others when some have gone")
    func lack() async throws {
        try await withTestHTTPServer { _ in
            .init(body: "ok")
        } _: { upstream in
            try await SignalboxProcess.with(extra: ["--proxy-threads", "1"]) { box in
                let peer: JSONValue = ["address": "127.0.0.1", "port": .integer(Int64(upstream.port))]
                _ = try await box.api.put("/v1/groups/g", ["peers": [peer]])
                _ = try await box.api.put("/v1/routes/r", ["split": [["group": "g", "weight": 100]]])
                let port = box.proxyPort
                try await eventually("the route is served") { try await ProxyClient.get(port: port).status == 200 }
                let child = try #require(box.child)
                // The program has taken all that it might have: only from outside can there be less.
                let room = try descriptors(child.pid) + 8
                let prlimit = try ChildProcess("prlimit", ["--pid", "\(child.pid)", "--nofile=\(room):\(room)"])
                try #require(try await prlimit.waitForExit() == 0)
                var clients: [any Channel] = []
                for _ in 0..<16 {
                    let client = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    clients.append(try await client.connect(host: "127.0.0.1", port: port).get())
                }
                try await eventually("the lack is told") { child.output.contains("a client could not be accepted") }
                for client in clients { try? await client.close() }
                try await eventually("clients are served again") {
                    (try? await ProxyClient.get(port: port, timeout: .seconds(1)))?.status == 200
                }
                #expect(!child.output.contains("a peer is passed over"))
            }
        }
    }
}
#endif

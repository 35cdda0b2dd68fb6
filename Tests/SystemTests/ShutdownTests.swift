import Foundation
import NIOCore
import RoutingModel
import TestKit
import Testing

@Suite struct ShutdownTests {
    @Test("a request in flight is answered before the process ends with 0", arguments: [SIGTERM, SIGINT])
    func drain(signal: Int32) async throws {
        let release = AsyncStream.makeStream(of: Void.self)
        let arrived = Locked(false)
        try await withTestHTTPServer { _ in
            arrived.withLock { $0 = true }
            for await _ in release.stream { break }
            return .init(body: "late")
        } _: { upstream in
            try await SignalboxProcess.with { box in
                let peer: JSONValue = ["address": "127.0.0.1", "port": .integer(Int64(upstream.port))]
                _ = try await box.api.put("/v1/groups/g", ["peers": [peer]])
                _ = try await box.api.put("/v1/routes/r", ["split": [["group": "g", "weight": 100]]])
                // The route may be published a window later than it was acknowledged.
                let index = try await eventually("the worker has applied the route") { () -> String? in
                    let routing = try await box.api.get("/v1/routing")
                    guard routing.text.contains("\"name\":\"r\""), let index = routing.headers["x-signalbox-index"],
                        try await box.api.get("/v1/workers").text.contains("\"applied\":\(index),")
                    else { return nil }
                    return index
                }
                let port = box.proxyPort
                // Held questions must not keep the process from ending.
                let api = box.api
                let held = Task { try await api.get("/v1/routing?index=\(index)&wait=60s") }
                let request = Task { try await ProxyClient.get(port: port) }
                try await eventually("the request has arrived") { arrived.withLock { $0 } }

                box.child?.signal(signal)
                try await eventually("nothing new is accepted") {
                    do {
                        _ = try await ProxyClient.get(port: port, path: "/new", timeout: .milliseconds(300))
                        return false
                    } catch { return true }
                }
                #expect(box.child?.exitStatus == nil)
                release.continuation.yield()
                #expect(try await request.value.text == "late")
                #expect(try await box.child?.waitForExit() == 0)
                _ = try? await held.value
            }
        }
    }
}

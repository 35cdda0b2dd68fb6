import Foundation
import RoutingModel
import TestKit
import Testing

@Suite struct RemoteWorkerTests {
    @Test("a remote worker follows the control plane, goes on without it, and starts from its last snapshot")
    func remoteWorker() async throws {
        try await StarService.with(["one", "two"]) { star in
            let one = try star.port("one")
            let two = try star.port("two")
            try await SignalboxProcess.with(proxy: false) { box in
                func point(to port: Int) async throws {
                    let answer = try await box.api.put(
                        "/v1/groups/g", ["peers": [["address": "127.0.0.1", "port": .integer(Int64(port))]]])
                    #expect([200, 201].contains(answer.status))
                }
                try await point(to: one)
                _ = try await box.api.put("/v1/routes/r", ["split": [["group": "g", "weight": 100]]])

                let port = try FreePort.take()
                let state = "\(box.directory)/worker-state"
                let arguments = [
                    "worker", "--control", box.api.url, "--listen", "127.0.0.1:\(port)", "--id", "edge-1",
                    "--state-dir", state,
                ]
                let environment = ["SIGNALBOX_ADMIN_TOKEN": SignalboxProcess.token]
                try await ChildProcess.with(try Binary.path(), arguments, environment: environment) { worker in
                    try await eventually("it serves") { (try? await ProxyClient.get(port: port))?.text == "one" }
                    try await point(to: two)
                    try await eventually("it follows") { try await ProxyClient.get(port: port).text == "two" }
                    let index = try await box.api.get("/v1/routing").headers["x-signalbox-index"]
                    try await eventually("it is known to have applied it") {
                        let worker = try await box.api.get("/v1/workers").items.first { $0["id"] == "edge-1" }
                        return worker?["applied"].map { "\($0)" }
                            == index.flatMap(Int64.init).map { "\(JSONValue.integer($0))" }
                    }
                    try await box.kill()
                    #expect(try await ProxyClient.get(port: port).text == "two")
                    worker.signal(SIGTERM)
                    #expect(try await worker.waitForExit() == 0)
                }
                // The control plane is still away.
                try await ChildProcess.with(try Binary.path(), arguments, environment: environment) { _ in
                    try await eventually("it starts from its last snapshot") {
                        (try? await ProxyClient.get(port: port))?.text == "two"
                    }
                    try await box.start()
                    try await point(to: one)
                    try await eventually("it follows again") { try await ProxyClient.get(port: port).text == "one" }
                }
            }
        }
    }
}

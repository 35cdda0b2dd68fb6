import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoutingModel
import Synchronization
import TestKit
import Testing

@testable import ProxyWorker

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct HandoverTests {
    /// What clients have seen.
    private final class Clients: Sendable {
        let served = Atomic<Int>(0)
        let failures = Mutex<[String]>([])
        let isOver = Atomic<Bool>(false)

        /// Asks again and again, over a connection that is kept, or each time over a new one.
        func ask(_ port: Int, keepsConnection: Bool) async {
            while !isOver.load(ordering: .relaxed) {
                do {
                    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/")
                    request.headers.add(name: "host", value: "star.test")
                    if !keepsConnection { request.headers.add(name: "connection", value: "close") }
                    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
                    let text = String(buffer: try await response.body.collect(upTo: 1 << 10))
                    if response.status == .ok, text == "one" {
                        served.add(1, ordering: .relaxed)
                    } else {
                        failures.withLock { $0.append("\(response.status): \(text)") }
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
        }
    }

    /// As a newer worker that is killed between taking the sockets and being ready.
    private static func takeAndVanish(_ path: String) async throws {
        try await eventually("the running worker gives its sockets") {
            guard let channel = try HandoverChannel.connect(to: path) else { return false }
            try channel.send("take 1")
            var count = 0
            while let (line, descriptors) = try channel.receive() {
                count += descriptors.count
                descriptors.forEach { close($0) }
                if line.isEmpty { return count > 0 }
            }
            return false
        }
    }

    @Test("workers relieve one another, and no client notices; also while the control plane is away")
    func relief() async throws {
        try await StarService.with(["one"]) { star in
            let one = try star.port("one")
            try await SignalboxProcess.with(proxy: false) { box in
                _ = try await box.api.put(
                    "/v1/groups/g", ["peers": [["address": "127.0.0.1", "port": .integer(Int64(one))]]])
                _ = try await box.api.put("/v1/routes/r", ["split": [["group": "g", "weight": 100]]])
                let port = try FreePort.take()
                let metrics = try FreePort.take()
                let arguments = [
                    "worker", "--control", box.api.url, "--listen", "127.0.0.1:\(port)", "--id", "edge-1",
                    "--state-dir", "\(box.directory)/worker-state", "--handover", "\(box.directory)/handover",
                    "--metrics", "127.0.0.1:\(metrics)", "--drain-timeout", "4s",
                ]
                let environment = ["SIGNALBOX_ADMIN_TOKEN": SignalboxProcess.token]
                let clients = Clients()
                var worker = try ChildProcess(try Binary.path(), arguments, environment: environment)
                var workers = [worker]
                do {
                    try await eventually("it serves") { (try? await ProxyClient.get(port: port))?.text == "one" }
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        for number in 0..<8 {
                            tasks.addTask { await clients.ask(port, keepsConnection: number % 2 == 0) }
                        }
                        defer { clients.isOver.store(true, ordering: .relaxed) }
                        // The last two start from disk.
                        for round in 1...5 {
                            if round == 4 { try await box.kill() }
                            let before = worker
                            // Its options are in order, but a snapshot never comes: it dies without having begun.
                            let stillborn = try ChildProcess(
                                try Binary.path(), arguments + ["--control", "http://127.0.0.1:1"],
                                environment: environment)
                            stillborn.signal(SIGKILL)
                            _ = try await stillborn.waitForExit()
                            // This one dies with the sockets in its hands.
                            try await Self.takeAndVanish("\(box.directory)/handover/handover.sock")
                            // So does this one, which can't have all that it wants.
                            let greedy = try ChildProcess(
                                try Binary.path(), arguments + ["--listen", "127.0.0.1:\(one)"],
                                environment: environment)
                            #expect(try await greedy.waitForExit() == 1)
                            #expect(greedy.output.contains("taking over from a running worker"))
                            #expect(before.exitStatus == nil)
                            await greedy.stop()
                            worker = try ChildProcess(try Binary.path(), arguments, environment: environment)
                            workers.append(worker)
                            #expect(try await before.waitForExit(within: .seconds(20)) == 0)
                            let served = clients.served.load(ordering: .relaxed)
                            try await eventually("clients are served") {
                                clients.served.load(ordering: .relaxed) > served + 200
                            }
                        }
                    }
                    let told = workers.map { $0.output.suffix(2_000) }.joined(separator: "\n--- the next one:\n")
                    #expect(clients.failures.withLock { $0 } == [], "the workers said:\n\(told)")
                    try await eventually("the metrics listener is the newest worker's, and says how old its routing is")
                    {
                        let text = try? await ProxyClient.get(port: metrics, path: "/metrics").text
                        return text?.contains("signalbox_worker_snapshot_age_seconds ") == true
                            && text?.contains("signalbox_worker_snapshot_from_disk 1\n") == true
                    }
                    #expect(worker.output.contains("starting from the snapshot on disk"))
                    worker.signal(SIGTERM)
                    #expect(try await worker.waitForExit() == 0)
                } catch {
                    for worker in workers { await worker.stop() }
                    let told = workers.map { $0.output.suffix(2_000) }.joined(separator: "\n--- the next one:\n")
                    throw TestFailure("\(error)\n--- the workers said:\n\(told)")
                }
            }
        }
    }
}

import Foundation
import RoutingModel
import TestKit

/// The real binary, `signalbox serve`, on free ports and a data directory of its own; may be killed and started again.
final class SignalboxProcess {
    static let token = "system-tests-admin-token"

    let directory: String
    let adminPort: Int
    let proxyPort: Int
    let api: AdminClient
    private let arguments: [String]
    private let environment: [String: String]
    private(set) var child: ChildProcess?

    private init(consul: String?, proxy: Bool, extra: [String], environment: [String: String]) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "signalbox-system-\(UUID().uuidString)").path
        adminPort = try FreePort.take()
        proxyPort = try FreePort.take()
        api = AdminClient(url: "http://127.0.0.1:\(adminPort)", token: Self.token)
        var arguments = ["serve", "--data-dir", directory, "--admin", "127.0.0.1:\(adminPort)"]
        if proxy { arguments += ["--proxy", "127.0.0.1:\(proxyPort)", "--proxy-threads", "2"] }
        if let consul { arguments += ["--consul", consul] }
        self.arguments = arguments + extra
        self.environment = environment.merging(["SIGNALBOX_ADMIN_TOKEN": Self.token]) { given, _ in given }
    }

    /// Runs `body` with a server that answers, and ends whatever is left of it afterwards.
    static func with<Value>(
        consul: String? = nil, proxy: Bool = true, extra: [String] = [], environment: [String: String] = [:],
        isolation: isolated (any Actor)? = #isolation, _ body: (SignalboxProcess) async throws -> Value
    ) async throws -> Value {
        let server = try SignalboxProcess(consul: consul, proxy: proxy, extra: extra, environment: environment)
        defer { try? FileManager.default.removeItem(atPath: server.directory) }
        do {
            try await server.start()
            let value = try await body(server)
            await server.stop()
            return value
        } catch {
            let output = server.child?.output ?? ""
            await server.stop()
            throw TestFailure("\(error)\n--- signalbox said:\n\(output.suffix(4_000))")
        }
    }

    /// Starts the process, again after it ended, and waits until the admin API answers.
    func start() async throws {
        let child = try ChildProcess(try Binary.path(), arguments, environment: environment)
        self.child = child
        try await eventually("the admin API answers") {
            if let status = child.exitStatus { throw TestFailure("signalbox ended with \(status): \(child.output)") }
            return (try? await api.get("/healthz"))?.status == 200
        }
    }

    /// Ends it as a power cut would.
    func kill() async throws {
        child?.signal(SIGKILL)
        _ = try await child?.waitForExit()
    }

    /// Ends it in order.
    /// - Returns: the exit status.
    @discardableResult
    func stop() async -> Int32? {
        guard let child else { return nil }
        child.signal(SIGTERM)
        let status = try? await child.waitForExit()
        await child.stop()
        return status
    }

    func waitUntilReady() async throws {
        try await eventually("signalbox is ready") { try await api.get("/readyz").status == 200 }
    }
}

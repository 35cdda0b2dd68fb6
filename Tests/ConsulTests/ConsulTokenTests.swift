import Foundation
import Logging
import NIOHTTP1
import RoutingModel
import TestKit
import Testing

@testable import Consul

@Suite("The token is read again when its file changes")
struct ConsulTokenTests {
    /// A file in a folder of its own.
    private final class File: Sendable {
        let url: URL

        init(_ text: String) throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "consul-token-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            url = folder.appending(path: "token")
            try write(text)
        }

        deinit { try? FileManager.default.removeItem(at: url.deletingLastPathComponent()) }

        var path: String { url.path }

        /// As a careful writer does: a new file takes the old one's name.
        func write(_ text: String) throws { try Data(text.utf8).write(to: url, options: .atomic) }
    }

    private let now = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { now + .seconds(seconds) }

    @Test("once a second at most, or at once")
    func reload() throws {
        let file = try File("first\n")
        let token = try ConsulToken(file: file.path)
        #expect(token.current == "first")
        #expect(!token.refresh(now: at(2), logger: .silent))
        try file.write("  second ")
        #expect(!token.refresh(now: at(2.5), logger: .silent))
        #expect(token.current == "first")
        #expect(token.refresh(now: at(3), logger: .silent))
        #expect(token.current == "second")
        try file.write("third")
        #expect(token.refresh(atOnce: true, now: at(3), logger: .silent))
        #expect(token.current == "third")
        #expect(!token.refresh(atOnce: true, now: at(3), logger: .silent))
    }

    @Test("One that is gone, empty or unusable leaves the old token", arguments: ["", " \n", "a b", "\u{e9}"])
    func broken(text: String) throws {
        let file = try File("first")
        let token = try ConsulToken(file: file.path)
        try file.write(text)
        #expect(!token.refresh(now: at(2), logger: .silent))
        #expect(token.current == "first")
        try FileManager.default.removeItem(at: file.url)
        #expect(!token.refresh(now: at(4), logger: .silent))
        #expect(token.current == "first")
        try file.write("second")
        #expect(token.refresh(now: at(6), logger: .silent))
        #expect(token.current == "second")
    }

    @Test("At the start the file must be there and have a token", arguments: ["", "a b", nil])
    func start(text: String?) throws {
        let file = try File(text ?? "")
        if text == nil { try FileManager.default.removeItem(at: file.url) }
        let error = #expect(throws: ConsulConfigurationError.self) {
            try ConsulConfiguration(addresses: ["http://a:1"], tokenFile: file.path)
        }
        #expect(error?.description.contains(file.path) == true)
        #expect(throws: ConsulConfigurationError.self) {
            try ConsulConfiguration(addresses: ["http://a:1"], token: "x", tokenFile: file.path)
        }
    }

    @Test(
        "After a 403 it is read at once, and the question asked again; all services are asked anew",
        .timeLimit(.minutes(1)))
    func forbidden() async throws {
        let file = try File("s3cret-old")
        try await withTestHTTPServer { request in
            if request.isHeartbeat { return ScriptedConsul.leader }
            let isNew = request.head.headers["X-Consul-Token"] == ["s3cret-new"]
            if request.head.uri.contains("/moon"), !isNew {
                return TestHTTPServer.Answer(status: .forbidden, body: "no s3cret-old")
            }
            if request.head.uri.contains("index=") { await neverEnding() }
            return isNew ? ScriptedConsul.list(index: 7, "a") : ScriptedConsul.list(index: 7)
        } _: { server in
            let configuration = try ConsulConfiguration(
                addresses: [server.url], tokenFile: file.path, backoff: .milliseconds(20) ... .milliseconds(50))
            try await withDiscovery(configuration, watching: "star", "moon") { _, log in
                try await log.instances(of: "star", "is held") { $0.isEmpty }
                try await eventually("the other one is refused") { !log.failures.isEmpty }
                #expect(log.failures.allSatisfy { $0 == "Consul answered 403: no …" }, "\(log.failures)")
                try file.write("s3cret-new")
                try await log.instances(of: "moon", "may be seen") { $0.count == 1 }
                try await log.instances(of: "star", "is asked about anew") { $0.count == 1 }
            }
            #expect(server.requests.allSatisfy { !$0.head.uri.contains("s3cret") })
        }
    }
}

import Foundation
import RoutingModel
import TestKit
import Testing

@Suite struct CommandLineTests {
    private func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> (
        status: Int32, output: String
    ) {
        let child = try ChildProcess(try Binary.path(), arguments, environment: environment)
        let status = try await child.waitForExit()
        let output = child.output
        await child.stop()
        return (status, output)
    }

    @Test("version and help tell what this is")
    func help() async throws {
        #expect(try await run(["version"]).output.hasPrefix("signalbox "))
        let help = try await run(["--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("signalbox serve --proxy"))
        #expect(try await run(["serve", "--help"]).output.contains("--consul"))
        #expect(try await run(["worker", "--help"]).output.contains("--control"))
    }

    @Test(
        "a value that can't be read is refused by name, on the command line and in the environment",
        arguments: [
            (["serve", "--admin", "nowhere"], [:], "--admin"),
            (["serve", "--frobnicate"], [:], "--frobnicate"),
            (["serve"], ["SIGNALBOX_ADMIN": "nowhere"], "SIGNALBOX_ADMIN"),
            (["serve", "--data-dir", "/proc/nowhere"], [:], "/proc/nowhere"),
            (["worker", "--tls-listen", "127.0.0.1:0"], ["SIGNALBOX_ADMIN_TOKEN": "none"], "--tls-cert"),
            (
                ["worker", "--tls-listen", "127.0.0.1:0", "--tls-cert", "/none.pem"],
                ["SIGNALBOX_ADMIN_TOKEN": "none"], "--tls-key"
            ),
            (["worker"], ["SIGNALBOX_ADMIN_TOKEN": "none", "SIGNALBOX_TLS_LISTEN": "x"], "SIGNALBOX_TLS_LISTEN"),
            (["worker", "--connect-timeout", "soon"], ["SIGNALBOX_ADMIN_TOKEN": "none"], "--connect-timeout"),
            (["worker", "--connect-timeout", "0s"], ["SIGNALBOX_ADMIN_TOKEN": "none"], "from 10ms to 24h"),
            (["worker"], ["SIGNALBOX_ADMIN_TOKEN": "none", "SIGNALBOX_TOTAL_TIMEOUT": "30d"], "--total-timeout"),
            (["worker", "--max-clients", "0"], ["SIGNALBOX_ADMIN_TOKEN": "none"], "--max-clients"),
            (["worker", "--max-head-bytes", "99"], ["SIGNALBOX_ADMIN_TOKEN": "none"], "from 1024 to 262144"),
            (["worker", "--trusted-proxy", "10.0.0.0/33"], ["SIGNALBOX_ADMIN_TOKEN": "none"], "--trusted-proxy"),
            (
                ["worker"], ["SIGNALBOX_ADMIN_TOKEN": "none", "SIGNALBOX_TRUSTED_PROXY": "10.0.0.1, lb.test"],
                "SIGNALBOX_TRUSTED_PROXY"
            ),
            (["worker", "--handover", "/dev/null/x"], ["SIGNALBOX_ADMIN_TOKEN": "none"], "/dev/null/x, can't be made"),
            (["worker"], ["SIGNALBOX_ADMIN_TOKEN": "none", "SIGNALBOX_METRICS": "nowhere"], "SIGNALBOX_METRICS"),
            (["worker", "--threads", "0"], ["SIGNALBOX_ADMIN_TOKEN": "none"], "--threads must be from 1 to 1024"),
            (["worker"], ["SIGNALBOX_ADMIN_TOKEN": "none", "SIGNALBOX_THREADS": "-2"], "--threads"),
            (
                ["worker", "--drain-timeout", "2d"], ["SIGNALBOX_ADMIN_TOKEN": "none"],
                "--drain-timeout must be from 0s"
            ),
            (
                ["worker", "--tls-handshake-timeout", "5s"], ["SIGNALBOX_ADMIN_TOKEN": "none"],
                "--tls-handshake-timeout needs --tls-listen"
            ),
            (
                ["worker", "--state-dir", "/dev/null/state"], ["SIGNALBOX_ADMIN_TOKEN": "none"],
                "The state directory /dev/null/state can't be made: Not a directory"
            ),
        ] as [([String], [String: String], String)])
    func refused(arguments: [String], environment: [String: String], word: String) async throws {
        let result = try await run(arguments, environment: environment)
        #expect(result.status != 0)
        #expect(result.output.contains(word))
    }

    @Test(
        "a server doesn't start with what it has no use for, nor with numbers that can't be",
        arguments: [
            (["--proxy", "127.0.0.1:0", "--proxy-threads", "1025"], [:], "--proxy-threads must be from 1 to 1024"),
            (["--proxy", "127.0.0.1:0", "--proxy-threads", "-1"], [:], "--proxy-threads"),
            (["--drain-timeout", "25h"], [:], "--drain-timeout must be from 0s to 24h"),
            (["--coalesce", "61s"], [:], "--coalesce must be from 0s to 1m"),
            ([], ["SIGNALBOX_COALESCE_MAX": "1h"], "--coalesce-max must be from 0s to 1m"),
            (["--coalesce", "50ms", "--coalesce-max", "40ms"], [:], "--coalesce-max must not be shorter"),
            (["--tls-handshake-timeout", "5s"], [:], "--tls-handshake-timeout needs --tls-listen"),
            (["--access-log", "-"], [:], "--access-log needs --proxy or --tls-listen"),
            (["--debug-key-file", "/none"], [:], "--debug-key-file needs --proxy or --tls-listen"),
        ] as [([String], [String: String], String)])
    func refusedServer(arguments: [String], environment: [String: String], word: String) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "signalbox-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let admin = "127.0.0.1:\(try FreePort.take())"
        let result = try await run(
            ["serve", "--data-dir", directory, "--admin", admin] + arguments, environment: environment)
        #expect(result.status == 64)
        #expect(result.output.contains(word), "\(result.output)")
    }

    @Test("a token file without a token in it is named")
    func emptyTokenFile() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "signalbox-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("\n".utf8).write(to: file)
        let result = try await run(["worker", "--token-file", file.path])
        #expect(result.status == 64)
        #expect(result.output.contains("\(file.path) is empty"))
    }

    @Test("a debug token is made with the key that is given, and not without")
    func debugToken() async throws {
        let key = ["SIGNALBOX_DEBUG_KEY": "sixteen letters!"]
        let made = try await run(["debug-token", "--expires-in", "1h"], environment: key)
        #expect(made.status == 0)
        #expect(try made.output.contains(Regex("^v1\\.[0-9]+\\.[0-9a-f]{64}\\s")))
        let refused = try await run(["debug-token"])
        #expect(refused.status != 0)
        #expect(refused.output.contains("--debug-key-file"))
    }

    @Test("a data directory belongs to one process, and its token to its owner")
    func dataDirectory() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "signalbox-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let port = try FreePort.take()
        let arguments = ["serve", "--data-dir", directory, "--admin", "127.0.0.1:\(port)", "--log-level", "trace"]
        try await ChildProcess.with(try Binary.path(), arguments + ["--log-format", "json"]) { first in
            try await eventually("the token is made") {
                FileManager.default.fileExists(atPath: "\(directory)/admin.token")
            }
            let token = try String(contentsOfFile: "\(directory)/admin.token", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let api = AdminClient(url: "http://127.0.0.1:\(port)", token: token)
            try await eventually("the token opens the API") { (try? await api.get("/v1/routes"))?.status == 200 }
            #expect(try await AdminClient(url: api.url, token: token + "x").get("/v1/routes").status == 401)

            let modes = try ["admin.token", "signalbox.sqlite"].map {
                try FileManager.default.attributesOfItem(atPath: "\(directory)/\($0)")[.posixPermissions] as? Int
            }
            #expect(modes == [0o600, 0o600])
            let second = try await run([
                "serve", "--data-dir", directory, "--admin", "127.0.0.1:\(try FreePort.take())",
            ])
            #expect(second.status != 0)
            #expect(second.output.contains("in use"))

            #expect(!first.output.contains(token))
            for line in first.output.split(separator: "\n") {
                #expect(throws: Never.self) { try CanonicalJSON.decode([String: String].self, from: String(line)) }
            }
        }
    }
}

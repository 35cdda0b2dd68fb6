import HTTPTypes
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import AdminAPI

@Suite("A token never gets into a log")
struct TokenSecrecyTests {
    @Test("requests with the right and with wrong tokens leave neither in any line, at any level")
    func noTokenInLogs() async throws {
        let log = CapturedLog()
        let wrong = "a-wrong-secret-that-is-secret-too"
        try await AdminFixture.run(.live, logger: log.logger) { admin in
            try await admin.writeStar()
            for token in [AdminFixture.secret, wrong] {
                for (method, path) in [
                    (HTTPRequest.Method.get, "/v1/groups"), (.post, "/v1/groups"), (.patch, "/v1/groups"),
                    (.get, "/v1/nope"),
                    (.delete, "/v1/routes/star"), (.get, "/metrics"), (.put, "/v1/routes/star/weights"),
                ] {
                    _ = try await admin.send(method, path, "{", token: "Bearer \(token)")
                    _ = try await admin.send(method, path, "{}", token: "Basic \(token)")
                    _ = try await admin.send(method, path, "{}", type: nil, token: token)
                }
            }
        }
        let lines = log.lines
        #expect(lines.contains { $0.contains("/v1/groups") }, "requests are logged at all")
        for line in lines {
            #expect(!line.contains(AdminFixture.secret))
            #expect(!line.contains(wrong))
        }
    }

    @Test("a token doesn't show itself when it is printed")
    func notPrinted() {
        let token = AdminToken(AdminFixture.secret)
        #expect(!"\(token)".contains(AdminFixture.secret))
        #expect(!String(reflecting: token).contains(AdminFixture.secret))
        #expect(!"\(AdminConfiguration(host: "h", port: 1, token: token))".contains(AdminFixture.secret))
    }
}

/// Keeps every line that is logged, with all that is known of it.
final class CapturedLog: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "test", factory: { _ in Handler(log: self) })
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.kept.withLock {
                $0.append("\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:]) \(event.source)")
            }
        }
    }
}

import Foundation
import Logging
import NIOCore
import TestKit
import Testing

@testable import ProxyWorker

@Suite("The access log's file")
struct AccessLogWriterTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "signalbox-log-\(UUID().uuidString)")
    private var path: String { folder.appending(path: "access.log").path }

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func text(_ name: String = "access.log") -> String {
        (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    }

    @Test("batches are written in order, and all of them before it is closed")
    func order() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = try AccessLogWriter(path: path, format: .json, logger: .silent)
        var expected = ""
        for number in 0..<500 {
            let line = "line \(number)\n"
            expected += line
            #expect(writer.hand(Array(line.utf8), count: 1).isEmpty)
        }
        await writer.close()
        #expect(text() == expected)
        #expect(writer.written == 500)
        #expect(writer.dropped == 0)
        // Too late.
        _ = writer.hand([1], count: 1)
        #expect(writer.dropped == 1)
        await writer.close()
    }

    @Test("a file that was moved away is followed by a new one, when told and when not")
    func rotation() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = try AccessLogWriter(path: path, format: .json, logger: .silent)
        _ = writer.hand(Array("first\n".utf8), count: 1)
        try await eventually("the first line is there") { text() == "first\n" }
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        writer.reopen()
        try await eventually("there is a new file") { FileManager.default.fileExists(atPath: path) }
        _ = writer.hand(Array("second\n".utf8), count: 1)
        try await eventually("the second line is there") { text() == "second\n" }
        try FileManager.default.removeItem(atPath: path)
        try await eventually("it is made anew") { FileManager.default.fileExists(atPath: path) }
        _ = writer.hand(Array("third\n".utf8), count: 1)
        await writer.close()
        #expect(text() == "third\n")
        #expect(text("access.log.1") == "first\n")
    }

    @Test("what there is no room for is dropped and counted")
    func bound() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = try AccessLogWriter(path: path, format: .json, queueLimit: 10, logger: .silent)
        _ = writer.hand(Array(repeating: 1, count: 11), count: 3)
        #expect(writer.dropped == 3)
        await writer.close()
        #expect(writer.written == 0)
    }

    @Test("a place that can't be written to is said at once")
    func unusable() {
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "missing/access.log").path
        #expect(throws: AccessLogError.self) { try AccessLogWriter(path: path, format: .json, logger: .silent) }
    }

    @Test("a loop's lines come in batches, with the time of day")
    func loop() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = try AccessLogWriter(path: path, format: .combined, logger: .silent)
        let log = LoopAccessLog(writer: writer)
        var record = AccessLogRecord()
        record.status = 200
        let count = LoopAccessLog.batch / 30
        for _ in 0..<count { log.record(record, at: NIODeadline.now().uptimeNanoseconds) }
        try await eventually("a batch was handed over") { writer.written > 0 }
        log.flush()
        log.flush()
        await writer.close()
        #expect(writer.written == count)
        let lines = text().split(separator: "\n")
        #expect(lines.count == count)
        let year = Calendar(identifier: .gregorian).component(.year, from: Date())
        #expect(lines.last?.contains("/\(year):") == true)
    }
}

import Foundation
import Testing

@testable import ProxyWorker

@Suite("Lines of the access log")
struct AccessLogLineTests {
    /// The line of a record whose texts are `fields`, in the order of the record's members.
    private static func line(
        _ format: AccessLogFormat, fields: [[UInt8]] = [], _ change: (inout AccessLogRecord) -> Void = { _ in }
    ) -> String {
        var clock = LogClock()
        // 2026-01-31T12:00:00.012Z
        clock.set(uptime: 5_000_000_000, wall: 1_769_860_800_000_000_000)
        clock.move(to: 5_012_345_678)
        var line: [UInt8] = []
        var record = AccessLogRecord()
        change(&record)
        // One buffer for all, as a request's head is.
        let all = fields.flatMap(\.self)
        all.withUnsafeBytes { bytes in
            var start = 0
            func next(_ place: Int) -> UnsafeRawBufferPointer {
                guard place < fields.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
                defer { start += fields[place].count }
                return UnsafeRawBufferPointer(rebasing: bytes[start..<start + fields[place].count])
            }
            record.client = next(0)
            record.method = next(1)
            record.host = next(2)
            record.target = next(3)
            record.requestID = next(4)
            record.userAgent = next(5)
            record.referer = next(6)
            AccessLogEncoder(format).append(record, at: clock, to: &line)
        }
        return String(decoding: line, as: UTF8.self)
    }

    private static func bytes(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    @Test("a JSON line says all that is known of a request")
    func json() throws {
        let line = Self.line(
            .json, fields: Self.bytes("10.0.0.9", "GET", "star.test:8080", "/a?b=1", "id-1", "curl/8", "http://x/")
        ) { record in
            record.status = 200
            record.bytesIn = 10
            record.bytesOut = 20_000
            record.nanoseconds = 12_345_678
            record.headNanoseconds = 999
            record.route = "star"
            record.group = "star-canary"
            record.peer = "n1~star-\"1"
            record.bucket = 0
            record.attempts = 2
            record.reason = "truncated"
        }
        #expect(
            line == """
                {"time":"2026-01-31T12:00:00.012Z","client":"10.0.0.9","method":"GET","host":"star.test:8080",\
                "path":"/a?b=1","protocol":"HTTP/1.1","status":200,"bytes_in":10,"bytes_out":20000,\
                "duration_ms":12.345,"head_ms":0.000,"route":"star","group":"star-canary","peer":"n1~star-\\"1",\
                "bucket":0,"attempts":2,"reason":"truncated","request_id":"id-1","user_agent":"curl/8",\
                "referer":"http://x/"}

                """)
        #expect((try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?.count == 20)
    }

    @Test("what isn't known isn't in a JSON line")
    func jsonShort() {
        #expect(
            Self.line(.json, fields: Self.bytes("::1", "GET", "", "/")) { $0.version = .http2 } == """
                {"time":"2026-01-31T12:00:00.012Z","client":"::1","method":"GET","path":"/","protocol":"HTTP/2.0",\
                "status":0,"bytes_in":0,"bytes_out":0,"duration_ms":0.000,"attempts":0}

                """)
    }

    @Test("whatever bytes a client sends, a JSON line is one line of JSON")
    func hostileJSON() throws {
        for _ in 0..<500 {
            let field = (0..<Int.random(in: 0..<40)).map { _ in UInt8.random(in: 0...255) }
            let line = Self.line(.json, fields: Self.bytes("c", "GET", "h") + [field, field, field, field])
            #expect(line.utf8.count { $0 == 0x0A } == 1)
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let expected =
                String(validating: field, as: UTF8.self)
                ?? String(String.UnicodeScalarView(field.map { Unicode.Scalar($0) }))
            // By bytes: a string that begins with a combining character equals others too.
            #expect(Array((object["path"] as? String ?? "").utf8) == Array(expected.utf8))
        }
    }

    @Test("a combined line is nginx's")
    func combined() {
        #expect(
            Self.line(.combined, fields: Self.bytes("10.0.0.9", "GET", "h", "/a?b=1", "", "curl/8", "")) {
                $0.status = 200
                $0.bytesOut = 612
            } == "10.0.0.9 - - [31/Jan/2026:12:00:00 +0000] \"GET /a?b=1 HTTP/1.1\" 200 612 \"-\" \"curl/8\"\n")
        #expect(
            Self.line(.combined, fields: Self.bytes("c", "GET", "h", "/", "", "a\"b\\\n\u{7F}é", "x")) {
                $0.version = .http10
            }
                == "c - - [31/Jan/2026:12:00:00 +0000] \"GET / HTTP/1.0\" 499 0 \"x\" \"a\\x22b\\x5C\\x0A\\x7F\\xC3\\xA9\"\n"
        )
    }

    @Test("times are those of the calendar, leap years included")
    func clock() {
        let format = Date.ISO8601FormatStyle()
        for second in [0, 951_782_399, 951_782_400, 951_868_800, 4_107_542_399, 4_107_542_400]
            + (0..<2_000).map({ _ in Int64.random(in: -2_000_000_000..<8_000_000_000) })
        {
            var clock = LogClock()
            clock.set(uptime: 0, wall: second * 1_000_000_000)
            clock.move(to: 7_000_000)
            let expected = Date(timeIntervalSince1970: Double(second)).formatted(format).dropLast()
            #expect(String(decoding: clock.iso, as: UTF8.self) == expected)
            #expect(clock.milliseconds == 7)
        }
    }
}

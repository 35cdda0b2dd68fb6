/// Turns records into lines, byte by byte: no text is made on the way.
final class AccessLogEncoder {
    private let format: AccessLogFormat
    /// The line that is being made.
    private var scratch: UnsafeMutablePointer<UInt8>
    private var capacity = 4_096
    /// What a line has beside the fields of its record: names, numbers, times.
    private static let fixed = 1_024

    init(_ format: AccessLogFormat) {
        self.format = format
        scratch = .allocate(capacity: capacity)
    }

    deinit { scratch.deallocate() }

    /// Appends one line with its line break.
    /// - Parameter clock: stands at the time of the record.
    func append(_ record: borrowing AccessLogRecord, at clock: borrowing LogClock, to lines: inout [UInt8]) {
        reserve(Self.fixed + LogCursor.widest * record.fieldBytes)
        var line = LogCursor(scratch)
        switch format {
        case .json: Self.json(record, clock, &line)
        case .combined: Self.combined(record, clock, &line)
        }
        lines.append(contentsOf: UnsafeBufferPointer(start: scratch, count: line.next - scratch))
    }

    private func reserve(_ most: Int) {
        guard most > capacity else { return }
        scratch.deallocate()
        capacity = most
        scratch = .allocate(capacity: capacity)
    }

    // MARK: JSON

    private static func json(
        _ record: borrowing AccessLogRecord, _ clock: borrowing LogClock, _ line: inout LogCursor
    ) {
        line.append("{\"time\":\"")
        line.append(clock.iso)
        line.append(".")
        line.append(digits: clock.milliseconds, atLeast: 3)
        line.append("Z\",\"client\":")
        line.append(quoted: record.client)
        line.append(",\"method\":")
        line.append(quoted: record.method)
        if record.host.count > 0 {
            line.append(",\"host\":")
            line.append(quoted: record.host)
        }
        line.append(",\"path\":")
        line.append(quoted: record.target)
        line.append(",\"protocol\":\"")
        line.append(name(record.version))
        line.append("\",\"status\":")
        line.append(digits: record.status)
        line.append(",\"bytes_in\":")
        line.append(digits: record.bytesIn)
        line.append(",\"bytes_out\":")
        line.append(digits: record.bytesOut)
        line.append(",\"duration_ms\":")
        line.append(milliseconds: record.nanoseconds)
        if let head = record.headNanoseconds {
            line.append(",\"head_ms\":")
            line.append(milliseconds: head)
        }
        text(",\"route\":", record.route, &line)
        text(",\"group\":", record.group, &line)
        text(",\"first_group\":", record.firstGroup, &line)
        text(",\"peer\":", record.peer, &line)
        if record.bucket >= 0 {
            line.append(",\"bucket\":")
            line.append(digits: record.bucket)
        }
        line.append(",\"attempts\":")
        line.append(digits: record.attempts)
        text(",\"reason\":", record.reason, &line)
        field(",\"request_id\":", record.requestID, &line)
        field(",\"user_agent\":", record.userAgent, &line)
        field(",\"referer\":", record.referer, &line)
        line.append("}\n")
    }

    private static func text(_ name: StaticString, _ value: String?, _ line: inout LogCursor) {
        guard var value else { return }
        line.append(name)
        value.withUTF8 { line.append(quoted: UnsafeRawBufferPointer($0)) }
    }

    private static func field(_ name: StaticString, _ value: AccessLogRecord.Bytes, _ line: inout LogCursor) {
        guard value.count > 0 else { return }
        line.append(name)
        line.append(quoted: value)
    }

    // MARK: Combined

    /// `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer"
    /// "$http_user_agent"`, in UTC. A client that went away before there was an answer is nginx's 499.
    private static func combined(
        _ record: borrowing AccessLogRecord, _ clock: borrowing LogClock, _ line: inout LogCursor
    ) {
        line.append(escaped: record.client)
        line.append(" - - [")
        line.append(clock.common)
        line.append("] \"")
        line.append(escaped: record.method)
        line.append(" ")
        line.append(escaped: record.target)
        line.append(" ")
        line.append(name(record.version))
        line.append("\" ")
        line.append(digits: record.status == 0 ? 499 : record.status)
        line.append(" ")
        line.append(digits: record.bytesOut)
        line.append(" \"")
        line.append(escaped: record.referer)
        line.append("\" \"")
        line.append(escaped: record.userAgent)
        line.append("\"\n")
    }

    private static func name(_ version: AccessLogRecord.Version) -> StaticString {
        switch version {
        case .http10: "HTTP/1.0"
        case .http11: "HTTP/1.1"
        case .http2: "HTTP/2.0"
        }
    }
}

@available(*, unavailable)
extension AccessLogEncoder: Sendable {}

import NIOCore
import Synchronization
import TestKit

/// A client that sends frames of HTTP/2, and takes those of the server one by one.
struct FrameClient {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    let connection: RawConnection

    /// Connects, greets with settings, and reads the server's.
    static func connect(_ server: FrontFixture, settings: [UInt8] = []) async throws -> FrameClient {
        try await connect(port: server.port, settings: settings)
    }

    static func connect(port: Int, settings: [UInt8] = []) async throws -> FrameClient {
        let client = FrameClient(connection: try await .connect(to: ("127.0.0.1", port)))
        try await client.connection.write(bytes: preface)
        try await client.send(Frame(.settings, settings))
        let first = try await client.frame()
        guard first?.kind == Frame.Kind.settings.rawValue, first?.flags == 0 else {
            throw TestFailure("the server began with \(String(describing: first))")
        }
        // Some servers of tests say goodbye at once.
        try? await client.send(Frame(.settings, flags: Frame.ack))
        return client
    }

    func send(_ frames: Frame...) async throws { try await send(frames) }

    func send(_ frames: [Frame]) async throws {
        try await connection.write(bytes: frames.flatMap(\.encoded))
    }

    /// The next frame; nil at the end of the connection.
    func frame() async throws -> Frame? {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if let frame = take() { return frame }
            if connection.inbox.withLock({ $0.ending != nil }) { return take() }
            connection.channel.read()
            try await Task.sleep(for: .microseconds(200))
        }
        throw TestFailure("waited in vain for a frame")
    }

    private func take() -> Frame? {
        connection.inbox.withLock { inbox in
            guard inbox.bytes.count >= 9 else { return nil }
            let length = Int(Frame.number(inbox.bytes[..<3]))
            guard inbox.bytes.count >= 9 + length else { return nil }
            let bytes = Array(inbox.bytes[..<(9 + length)])
            inbox.bytes.removeFirst(9 + length)
            return Frame(
                kind: bytes[3], flags: bytes[4], stream: Int(Frame.number(bytes[5..<9])), payload: Array(bytes[9...]))
        }
    }

    /// The next frame of a kind; the others before it are thrown away.
    func next(_ kind: Frame.Kind, stream: Int? = nil) async throws -> Frame {
        while let frame = try await frame() {
            if frame.kind == kind.rawValue, stream == nil || frame.stream == stream { return frame }
        }
        throw TestFailure("the connection ended without \(kind)")
    }

    /// What came for one stream: its data, and the code of its reset.
    func response(_ stream: Int) async throws -> (head: Bool, body: String, reset: UInt32?) {
        var body: [UInt8] = []
        var head = false
        while let frame = try await frame() {
            guard frame.stream == stream else { continue }
            switch Frame.Kind(rawValue: frame.kind) {
            case .headers: head = true
            case .data: body += frame.payload
            case .reset: return (head, String(decoding: body, as: UTF8.self), frame.errorCode)
            default: continue
            }
            if frame.flags & Frame.endStream != 0 { return (head, String(decoding: body, as: UTF8.self), nil) }
        }
        throw TestFailure("the connection ended before the response of \(stream)")
    }

    /// The code of the `GOAWAY` with which the connection ends.
    func end() async throws -> UInt32? {
        var code: UInt32?
        while let frame = try await frame() {
            if frame.kind == Frame.Kind.goAway.rawValue { code = frame.errorCode }
        }
        return code
    }
}

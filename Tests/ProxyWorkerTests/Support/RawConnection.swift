import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One end of a TCP connection for tests: exact bytes in and out. Bytes are taken from the socket only when a test asks
/// for them. Every wait is bounded.
final class RawConnection: Sendable {
    struct TimedOut: Error, CustomStringConvertible {
        let description: String
    }

    enum Ending: Equatable {
        case orderly
        case reset
    }

    struct Inbox {
        var bytes: [UInt8] = []
        var ending: Ending?
    }

    let channel: any Channel
    let inbox: Mutex<Inbox>
    private let sent = Mutex(0)

    init(_ channel: any Channel) throws {
        self.channel = channel
        inbox = Mutex(Inbox())
        try channel.pipeline.syncOperations.addHandler(InboxHandler(self))
    }

    static func connect(to address: (host: String, port: Int)) async throws -> RawConnection {
        let box = Mutex<RawConnection?>(nil)
        _ = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = try RawConnection(channel)
                    box.withLock { $0 = connection }
                }
            }
            .connect(host: address.host, port: address.port).get()
        guard let connection = box.withLock({ $0 }) else { throw TimedOut(description: "no connection") }
        return connection
    }

    // MARK: Sending

    /// Bytes that the socket has taken.
    var bytesSent: Int { sent.withLock { $0 } }

    /// Sends, and waits until the socket has taken it all.
    func write(_ text: String) async throws { try await write(bytes: Array(text.utf8)) }

    func write(bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
        sent.withLock { $0 += bytes.count }
    }

    /// Sends `total` bytes in pieces, each only when the one before was taken.
    func pour(_ total: Int, piece: Int = 64 * 1024) async throws {
        let buffer = [UInt8](repeating: UInt8(ascii: "x"), count: piece)
        var left = total
        while left > 0 {
            let size = min(left, piece)
            try await write(bytes: size == piece ? buffer : Array(buffer[..<size]))
            left -= size
        }
    }

    // MARK: Receiving

    /// What came up to and with `marker`.
    func read(until marker: String) async throws -> String {
        let wanted = Array(marker.utf8)
        return try await waiting("'\(marker)'") { inbox in
            guard let end = inbox.bytes.end(of: wanted) else { return nil }
            defer { inbox.bytes.removeFirst(end) }
            return String(decoding: inbox.bytes[..<end], as: UTF8.self)
        }
    }

    /// The next `count` bytes.
    func read(_ count: Int) async throws -> String {
        try await waiting("\(count) bytes") { inbox in
            guard inbox.bytes.count >= count else { return nil }
            defer { inbox.bytes.removeFirst(count) }
            return String(decoding: inbox.bytes[..<count], as: UTF8.self)
        }
    }

    /// Takes `count` bytes and throws them away.
    func skip(_ count: Int) async throws {
        var left = count
        while left > 0 {
            left -= try await waiting("\(left) more bytes") { inbox in
                guard !inbox.bytes.isEmpty else { return nil }
                let size = min(left, inbox.bytes.count)
                inbox.bytes.removeFirst(size)
                return size
            }
        }
    }

    /// All that comes until the other side closes, and how it closes.
    func readToEnd() async throws -> (text: String, ending: Ending) {
        try await waiting("the end") { inbox in
            inbox.ending.map { (String(decoding: inbox.bytes, as: UTF8.self), $0) }
        }
    }

    /// Waits until the other side has closed.
    @discardableResult
    func waitForEnd() async throws -> Ending { try await readToEnd().ending }

    var isOpen: Bool { channel.isActive }

    /// Whether the other side has closed, or this one.
    var hasEnded: Bool { inbox.withLock { $0.ending != nil } }

    private func waiting<Value>(_ what: String, _ take: (inout sending Inbox) -> sending Value?) async throws -> Value {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            // Looked at before: what is there when it has ended is all that there will be.
            let state = inbox.withLock { $0 }
            if let value = inbox.withLock({ take(&$0) }) { return value }
            if state.ending != nil || ContinuousClock.now > deadline {
                let text = String(decoding: state.bytes.prefix(2000), as: UTF8.self)
                throw TimedOut(
                    description: "waited for \(what), ending \(String(describing: state.ending)), have: \(text)"
                )
            }
            channel.read()
            try await Task.sleep(for: .microseconds(200))
        }
    }

    // MARK: Ending

    func close() async { try? await channel.close().get() }

    /// Says that nothing more will be sent.
    func closeOutput() async throws { try await channel.close(mode: .output).get() }

    /// Cuts the connection: the other side gets a reset.
    func reset() async {
        if let socket = channel as? any SocketOptionProvider {
            try? await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        await close()
    }
}

/// Puts what comes into the connection's inbox.
private final class InboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private weak var connection: RawConnection?
    // Kept alive by its channel for as long as that is open.
    private var owner: RawConnection?

    init(_ connection: RawConnection) {
        self.connection = connection
        owner = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        connection?.inbox.withLock { $0.bytes.append(contentsOf: buffer.readableBytesView) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection?.inbox.withLock { $0.ending = .reset }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection?.inbox.withLock { $0.ending = $0.ending ?? .orderly }
        owner = nil
    }
}

@available(*, unavailable)
extension InboxHandler: Sendable {}

extension [UInt8] {
    /// The index behind the first occurrence of `wanted`.
    fileprivate func end(of wanted: [UInt8]) -> Int? {
        guard !wanted.isEmpty, count >= wanted.count else { return nil }
        for start in 0...(count - wanted.count) where self[start] == wanted[0] {
            if self[start..<start + wanted.count].elementsEqual(wanted) { return start + wanted.count }
        }
        return nil
    }
}

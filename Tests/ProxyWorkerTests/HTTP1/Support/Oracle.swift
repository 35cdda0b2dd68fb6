import NIOCore
import NIOEmbedded
import NIOHTTP1

/// llhttp, as NIO uses it: what another HTTP/1 reader makes of the same bytes.
enum Oracle {
    static func readRequests(_ bytes: [UInt8]) -> [OracleMessage] {
        let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
        let channel = EmbeddedChannel(handler: decoder)
        let collector = Collector<HTTPServerRequestPart>()
        return collector.read(bytes, channel) { part, collector in
            switch part {
            case .head(let head):
                collector.start(
                    OracleMessage.Head(
                        method: head.method.rawValue.replacing("MSEARCH", with: "M-SEARCH"), target: head.uri,
                        minor: head.version.minor,
                        fields: Self.lines(head.headers), isKeepAlive: head.isKeepAlive))
            case .body(let buffer): collector.add(buffer)
            case .end(let trailers): collector.end(trailers.map(Self.lines) ?? [])
            }
        }
    }

    /// - Parameter isClosed: whether the peer closes its connection behind the bytes.
    static func readResponse(_ bytes: [UInt8], toHead: Bool, isClosed: Bool) -> [OracleMessage] {
        let decoder = HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .forward)
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(decoder))
        let request = HTTPRequestHead(version: .http1_1, method: toHead ? .HEAD : .GET, uri: "/")
        _ = try? channel.writeOutbound(HTTPClientRequestPart.head(request))
        let collector = Collector<HTTPClientResponsePart>()
        return collector.read(bytes, channel, isClosed: isClosed) { part, collector in
            switch part {
            case .head(let head):
                collector.start(
                    OracleMessage.Head(
                        status: Int(head.status.code), minor: head.version.minor, fields: Self.lines(head.headers),
                        isKeepAlive: head.isKeepAlive))
                if head.status.code < 200, head.status.code != 101 { collector.end([]) }
            case .body(let buffer): collector.add(buffer)
            case .end(let trailers): collector.end(trailers.map(Self.lines) ?? [])
            }
        }
    }

    private static func lines(_ headers: HTTPHeaders) -> [String] {
        headers.map { name, value in
            let bytes = value.utf8
            let start = bytes.firstIndex { $0 != 0x20 && $0 != 0x09 } ?? bytes.endIndex
            let end = bytes[start...].lastIndex { $0 != 0x20 && $0 != 0x09 }.map(bytes.index(after:)) ?? start
            return "\(name): \(value[start..<end])"
        }
    }

    /// Puts the parts of messages together.
    private final class Collector<Part> {
        private var messages: [OracleMessage] = []
        private var isOpen = false

        func read(
            _ bytes: [UInt8], _ channel: EmbeddedChannel, isClosed: Bool = false,
            _ take: (Part, Collector<Part>) -> Void
        ) -> [OracleMessage] {
            var refusal: String?
            do {
                try channel.writeInbound(ByteBuffer(bytes: bytes))
            } catch {
                refusal = "\(error)"
            }
            if isClosed, refusal == nil {
                channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
                do { try channel.throwIfErrorCaught() } catch { refusal = "\(error)" }
            }
            while let part = try? channel.readInbound(as: Part.self) { take(part, self) }
            if let refusal {
                if !isOpen { messages.append(OracleMessage()) }
                messages[messages.count - 1].end = .refused(refusal)
            }
            _ = try? channel.finish(acceptAlreadyClosed: true)
            return messages
        }

        func start(_ head: OracleMessage.Head) {
            messages.append(OracleMessage(head: head))
            isOpen = true
        }

        func add(_ buffer: ByteBuffer) {
            guard isOpen else { return }
            messages[messages.count - 1].body += Array(buffer.readableBytesView)
        }

        func end(_ trailers: [String]) {
            guard isOpen else { return }
            messages[messages.count - 1].trailers = trailers
            messages[messages.count - 1].end = .complete
            isOpen = false
        }
    }
}

import NIOCore

@testable import ProxyWorker

/// A server that speaks the bytes of HTTP/1.1 and answers by the request's path; for one request after the other.
final class ByteServer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        case head
        case length(Int)
        /// Counts nothing: the end is looked for.
        case chunked
        case done
    }

    let front: ClientFront
    let log: ServerLog
    let fronts: () -> ClientFronts?
    var input = ByteBuffer()
    var phase = Phase.head
    var head = ""
    var path = ""
    var body = ByteBuffer()
    /// Bytes of an endless answer that are still to be written.
    var left = 0
    var isFirst = true

    init(_ front: ClientFront, log: ServerLog, fronts: @escaping () -> ClientFronts?) {
        self.front = front
        self.log = log
        self.fronts = fronts
    }

    func channelActive(context: ChannelHandlerContext) {
        log.note {
            $0.opened += 1
            $0.fronts.append("\(self.front.scheme) \(self.front.protocolName)")
        }
        // The handler decides when it reads.
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) { log.note { $0.ended += 1 } }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        input.writeBuffer(&bytes)
        if isFirst, !front.isHTTP2 {
            switch input.withUnsafeReadableBytes(HTTP2Preface.match) {
            case .yes:
                try? fronts()?.startHTTP2(replacing: context, bytes: input)
                return
            case .partial: return
            case .no: isFirst = false
            }
        }
        parse(context)
        if input.readableBytes == 0 { input.clear() } else { input.discardReadBytes() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if path != "/stall" { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelWritabilityChanged(context: ChannelHandlerContext) { pour(context) }

    private func parse(_ context: ChannelHandlerContext) {
        while true {
            switch phase {
            case .head:
                guard let end = input.readableBytesView.end(of: "\r\n\r\n") else { return }
                head = input.readString(length: end) ?? ""
                log.note { [head] in $0.heads.append(head) }
                path = String(head.split(separator: " ")[1])
                body.clear()
                let lower = head.lowercased()
                if let length = lower.value(of: "content-length") {
                    phase = .length(Int(length) ?? 0)
                } else {
                    phase = lower.value(of: "transfer-encoding") == nil ? .length(0) : .chunked
                }
                headCame(context)
            case .length(0):
                phase = .done
                requestCame(context)
                return
            case .length(let left):
                guard let bytes = input.readSlice(length: min(left, input.readableBytes)), bytes.readableBytes > 0
                else {
                    return
                }
                phase = .length(left - bytes.readableBytes)
                bodyCame(bytes, context)
            case .chunked:
                guard let chunk = chunk() else { return }
                if chunk.readableBytes == 0 {
                    phase = .done
                    requestCame(context)
                    return
                }
                bodyCame(chunk, context)
            case .done: return
            }
        }
    }

    /// The next whole chunk, empty for the last one, whose trailers are appended to the head.
    private func chunk() -> ByteBuffer? {
        guard let line = input.readableBytesView.end(of: "\r\n"),
            let size = input.getString(at: input.readerIndex, length: line - 2).flatMap({ Int($0, radix: 16) })
        else { return nil }
        let rest = input.readableBytesView.dropFirst(line)
        if size == 0 {
            guard rest.starts(with: "\r\n".utf8) || rest.end(of: "\r\n\r\n") != nil else { return nil }
            let trailers = rest.starts(with: "\r\n".utf8) ? 0 : rest.end(of: "\r\n\r\n").map { $0 - 2 } ?? 0
            input.moveReaderIndex(forwardBy: line)
            head += input.readString(length: trailers) ?? ""
            input.moveReaderIndex(forwardBy: 2)
            return ByteBuffer()
        }
        guard rest.count >= size + 2 else { return nil }
        input.moveReaderIndex(forwardBy: line)
        let chunk = input.readSlice(length: size)
        input.moveReaderIndex(forwardBy: 2)
        return chunk
    }
}

@available(*, unavailable)
extension ByteServer: Sendable {}

extension Collection where Element == UInt8 {
    /// How many elements there are up to the end of the first occurrence of `text`.
    func end(of text: String) -> Int? {
        let wanted = Array(text.utf8)
        let bytes = Array(self)
        guard bytes.count >= wanted.count else { return nil }
        return (0...(bytes.count - wanted.count))
            .first { bytes[$0] == wanted[0] && bytes[$0..<($0 + wanted.count)].elementsEqual(wanted) }
            .map { $0 + wanted.count }
    }
}

extension String {
    /// The value of a field in a head.
    func value(of field: String) -> String? {
        for line in split(separator: "\r\n") where line.lowercased().hasPrefix("\(field):") {
            return line.dropFirst(field.count + 1).drop { $0 == " " }.description
        }
        return nil
    }
}
